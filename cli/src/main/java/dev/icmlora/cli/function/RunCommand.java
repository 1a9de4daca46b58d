package dev.icmlora.cli.function;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.client.IcmLoraClient;

/// `icm-lora run`: answers lines by a function that has a name.
@Command(
        name = "run",
        mixinStandardHelpOptions = true,
        description =
                "Answers each line of the standard input by a function that was defined: a line for a line, in their"
                        + " order. The standard error says how far it is.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:every input has an answer",
            "1:the function refused, or could not be asked; answers that were printed before stand",
            "2:the command line is wrong",
            "3:some inputs have no answer: it failed, or was less sure than --abstain"
        },
        footer = {
            "",
            "icm-lora run urgency <tickets.txt >urgencies.txt",
            "icm-lora run urgency@3 --abstain 0.8 --json <tickets.txt | jq -r .output"
        })
public final class RunCommand implements Callable<Integer> {

    /// How the inputs are handed over in place of requests.
    private static final class JobOptions {
        @Option(
                names = "--job",
                required = true,
                description = "Hand all lines, up to 10,000, over as one job, and wait for it.")
        private boolean job;

        @Option(names = "--detach", description = "With --job: print the job's id, and do not wait.")
        private boolean detach;
    }

    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions function;

    @Mixin
    private FormOptions form;

    @ArgGroup(exclusive = false)
    private JobOptions job;

    @Option(
            names = "--json",
            description = "Print a JSON object for each input: index, input, output, confidence; reason or error.")
    private boolean json;

    @Parameters(paramLabel = "NAME", description = "Of the function; with a version, as urgency@3, always that one.")
    private String name;

    @Override
    public Integer call() throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ObjectNode request = request();
        RunOutput output =
                new RunOutput(spec.commandLine().getOut(), spec.commandLine().getErr(), json);
        IcmLoraClient client = function.connect();
        if (job == null) {
            new BatchRun(client, request, output).run(lines);
            return output.end();
        }
        List<String> inputs = lines.lines().toList();
        JobRun run = new JobRun(client, request);
        if (job.detach) {
            spec.commandLine().getOut().println(run.submit(inputs).id());
            spec.commandLine().getOut().flush();
            return 0;
        }
        run.run(inputs, output);
        return output.end();
    }

    private ObjectNode request() throws IOException {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.putObject("task").put("function", name);
        request.put("confidence", json);
        form.addTo(request);
        return request;
    }
}
