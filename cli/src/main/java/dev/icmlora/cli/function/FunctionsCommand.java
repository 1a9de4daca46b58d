package dev.icmlora.cli.function;

import java.io.PrintWriter;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.client.IcmLoraClient;

/// `icm-lora functions`: what has a name.
@Command(
        name = "functions",
        mixinStandardHelpOptions = true,
        description =
                "Lists the functions that were defined, each with the version that its name means. With a NAME, prints"
                        + " that one as JSON.")
public final class FunctionsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions function;

    @Option(names = "--json", description = "Print a JSON array, with all versions of each.")
    private boolean json;

    @Parameters(index = "0", arity = "0..1", paramLabel = "NAME", description = "Such as urgency or urgency@4.")
    private String name;

    @Override
    public Integer call() {
        IcmLoraClient client = function.connect();
        PrintWriter out = spec.commandLine().getOut();
        if (name != null) {
            out.println(client.get(path(name)));
        } else {
            JsonNode functions = client.get("/functions").required("functions");
            if (json) {
                out.println(functions);
            } else {
                functions.forEach(known -> out.println(known.path("name").asText() + "@" + known.path("newest")));
            }
        }
        out.flush();
        return 0;
    }

    /// Where a function is. A name is one part of the path, whatever it is.
    static String path(String name) {
        return "/functions/" + URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
