package dev.icmlora.cli.function;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
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
    public Integer call() throws IOException {
        JsonNode defined = function.connect().put(FunctionsCommand.path(name), definition());
        PrintWriter out = spec.commandLine().getOut();
        out.println(defined.required("name").asText() + "@" + defined.required("version"));
        out.flush();
        return 0;
    }

    private ObjectNode definition() throws IOException {
        ObjectNode file = JsonFile.object(this.file);
        return file.has("task") ? file : JsonNodeFactory.instance.objectNode().set("task", file);
    }
}
