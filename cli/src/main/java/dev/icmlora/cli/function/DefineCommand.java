package dev.icmlora.cli.function;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import com.google.gson.JsonObject;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `icm-lora define`: gives a task a name.
@Command(
        name = "define",
        mixinStandardHelpOptions = true,
        description =
                "Defines a function under a name, and prints its version. A definition that the newest version has"
                        + " already makes no new one.",
        footer = {"", "icm-lora define urgency task.json"})
public final class DefineCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions function;

    @Parameters(index = "0", paramLabel = "NAME", description = "Such as urgency.")
    private String name;

    @Parameters(
            index = "1",
            paramLabel = "FILE",
            description = "JSON: a task, or an object with task and labels, schema or tune.")
    private Path file;

    @Override
    public Integer call() throws IOException, InterruptedException {
        try (RunningFunction running = function.connect()) {
            PrintWriter out = spec.commandLine().getOut();
            out.println(running.define(name, definition()));
            out.flush();
            return 0;
        }
    }

    private JsonObject definition() throws IOException {
        JsonObject definition = JsonFile.object(file);
        if (!definition.has("task")) {
            JsonObject task = definition;
            definition = new JsonObject();
            definition.add("task", task);
        }
        return definition;
    }
}
