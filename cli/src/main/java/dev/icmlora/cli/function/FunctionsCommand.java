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
import picocli.CommandLine.Spec;

/// `icm-lora functions`: what has a name.
@Command(
        name = "functions",
        mixinStandardHelpOptions = true,
        description = "Lists the functions that were defined, each with its newest version.")
public final class FunctionsCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions function;

    @Option(names = "--json", description = "Print a JSON array, with all versions of each.")
    private boolean json;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (RunningFunction running = function.connect()) {
            JsonArray functions = running.functions();
            PrintWriter out = spec.commandLine().getOut();
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
