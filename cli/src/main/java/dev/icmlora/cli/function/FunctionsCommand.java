package dev.icmlora.cli.function;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

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
    public Integer call() throws IOException, InterruptedException {
        try (RunningFunction running = function.connect()) {
            PrintWriter out = spec.commandLine().getOut();
            if (name != null) {
                out.println(running.function(name));
                out.flush();
                return 0;
            }
            JsonArray functions = running.functions();
            if (json) {
                out.println(functions);
            } else {
                for (JsonElement one : functions) {
                    JsonObject known = one.getAsJsonObject();
                    out.println(known.get("name").getAsString() + "@"
                            + known.get("newest").getAsInt());
                }
            }
            out.flush();
            return 0;
        }
    }
}
