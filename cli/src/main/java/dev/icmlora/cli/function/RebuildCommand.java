package dev.icmlora.cli.function;

import java.io.PrintWriter;
import java.util.concurrent.Callable;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.client.IcmLoraClient;

/// `icm-lora rebuild`: makes what serves an improved version again, and compares.
@Command(
        name = "rebuild",
        mixinStandardHelpOptions = true,
        description =
                "Makes the adapter of an improved version of a function again, from its definition, and compares its id with"
                        + " the one that the improvement recorded. What an instance keeps is not made again: ask another one,"
                        + " or delete the adapter before.",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:the ids are the same",
            "1:they differ, or the function refused, or no improvement made this version",
            "2:the command line is wrong"
        },
        footer = {"", "icm-lora rebuild urgency@2"})
public final class RebuildCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private FunctionOptions options;

    @Parameters(index = "0", paramLabel = "NAME@VERSION", description = "Such as urgency@2.")
    private String version;

    @Override
    public Integer call() {
        IcmLoraClient client = options.connect();
        JsonNode function = client.get(FunctionsCommand.path(version));
        String whole = function.required("name").asText() + "@" + function.required("version");
        JsonNode recorded = recorded(client, function);
        JsonNode made = made(client, whole, recorded.has("steps"), function);
        String id = made.path("id").asText();
        boolean isSame = id.equals(recorded.path("adapter").asText());
        PrintWriter out = spec.commandLine().getOut();
        out.println(whole + " " + id
                + (isSame
                        ? " is the same"
                        : " differs from " + recorded.path("adapter").asText())
                + (made.path("cached").asBoolean() ? ", and was known already" : ""));
        if (!isSame) {
            out.println("It was made with the base model "
                    + recorded.path("base_model").asText() + " and "
                    + recorded.path("generator").asText("no generator"));
        }
        out.flush();
        return isSame ? 0 : 1;
    }

    /// What the improvement that made a version says of it.
    private static JsonNode recorded(IcmLoraClient client, JsonNode function) {
        String name = function.required("name").asText();
        for (JsonNode tried :
                client.get(FunctionsCommand.path(name) + "/improvements").path("improvements")) {
            if (tried.path("version").equals(function.required("version"))
                    && tried.path("candidate").has("adapter")) {
                return tried.get("candidate");
            }
        }
        throw new IllegalArgumentException("no improvement made this version with an adapter");
    }

    /// The adapter that answers the function.
    private static JsonNode made(IcmLoraClient client, String name, boolean isTuned, JsonNode function) {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.putObject("task").put("function", name);
        if (isTuned) {
            request.putObject("tune").put("when", "now");
            return client.post("/adapter", request);
        }
        request.putArray("inputs").add(function.at("/task/examples/0/input").asText());
        return client.post("/generate", request).path("adapter");
    }
}
