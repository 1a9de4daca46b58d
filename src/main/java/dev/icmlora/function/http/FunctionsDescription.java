package dev.icmlora.function.http;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.eclipse.microprofile.openapi.annotations.Operation;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.ExampleObject;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.parameters.RequestBody;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateRequest;

/// What [Functions] and the page are, for `/openapi.json`: Funqy describes nothing. Nobody implements this,
/// so JAX-RS serves none of it.
@Path("/")
@Tag(name = "tasks")
@APIResponse(responseCode = "401", ref = "Problem")
@APIResponse(responseCode = "403", ref = "Problem")
@APIResponse(responseCode = "429", ref = "Problem")
@APIResponse(responseCode = "503", ref = "Problem")
interface FunctionsDescription {

    @POST
    @Path("/generate")
    @Produces(MediaType.APPLICATION_JSON)
    @Operation(operationId = "generate", summary = "Answer inputs for a task")
    @APIResponse(responseCode = "200", description = "One answer for each input")
    @APIResponse(responseCode = "400", ref = "Problem")
    @APIResponse(responseCode = "404", ref = "Problem")
    @APIResponse(responseCode = "413", ref = "Problem")
    @APIResponse(responseCode = "415", ref = "Problem")
    @APIResponse(responseCode = "504", ref = "Problem")
    GenerateReply generate(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = "application/json",
                                            examples = {
                                                @ExampleObject(
                                                        name = "adapter",
                                                        summary = "Generate an adapter and answer with it",
                                                        value = """
                    {"task": {"description": "Write the plural of the word.",
                    "examples": [{"input": "cat", "output": "cats"},
                    {"input": "box", "output": "boxes"}]},
                    "inputs": ["dog", "church"], "mode": "adapter", "max_tokens": 8}"""),
                                                @ExampleObject(
                                                        name = "plain",
                                                        summary = "The base model alone",
                                                        value = """
                    {"task": {"description": "Name the colour."},
                    "inputs": ["The sky is"], "mode": "plain", "max_tokens": 4}"""),
                                                @ExampleObject(
                                                        name = "labels",
                                                        summary = "Choose among labels, with their probabilities",
                                                        value = """
                    {"task": {"description": "How urgent is it?"},
                    "inputs": ["The house is on fire."], "mode": "plain", "labels": ["immediate", "wait"]}"""),
                                                @ExampleObject(
                                                        name = "schema",
                                                        summary = "JSON that follows a schema",
                                                        value = """
                    {"task": {"description": "Describe it."}, "inputs": ["a red car"], "mode": "plain",
                    "max_tokens": 40, "schema": {"type": "object",
                    "properties": {"colour": {"enum": ["red", "green"]}},
                    "required": ["colour"], "additionalProperties": false}}""")
                                            }))
                    GenerateRequest request);

    @POST
    @Path("/adapter")
    @Operation(operationId = "adapter", summary = "Generate or tune an adapter, answer nothing", description = """
            With tune, the generated adapter is tuned on the task's examples; a client that then accepts \
            text/event-stream before anything else hears how far it is. When it leaves, the tuning ends.""")
    @APIResponse(
            responseCode = "200",
            description = "The adapter, described; or events",
            content = {
                @Content(mediaType = "application/json", schema = @Schema(implementation = AdapterReply.class)),
                @Content(
                        mediaType = "text/event-stream",
                        schema =
                                @Schema(
                                        ref = "Event",
                                        description =
                                                "Progress objects, then one that has the AdapterReply as reply, or a"
                                                        + " Problem as error"))
            })
    @APIResponse(responseCode = "400", ref = "Problem")
    @APIResponse(responseCode = "404", ref = "Problem")
    @APIResponse(responseCode = "413", ref = "Problem")
    @APIResponse(responseCode = "415", ref = "Problem")
    @APIResponse(responseCode = "504", ref = "Problem")
    AdapterReply adapter(
            @RequestBody(
                            required = true,
                            content =
                                    @Content(
                                            mediaType = "application/json",
                                            examples = {
                                                @ExampleObject(name = "plurals", value = """
                    {"task": {"description": "Write the plural of the word."}}"""),
                                                @ExampleObject(
                                                        name = "tuned",
                                                        summary = "Tune on the task's examples",
                                                        value = """
                    {"task": {"description": "Write the plural of the word.",
                    "examples": [{"input": "cat", "output": "cats"},
                    {"input": "box", "output": "boxes"}]}, "tune": {"steps": 2}}""")
                                            }))
                    AdapterRequest request);

    @GET
    @Operation(operationId = "page", summary = "The page to try tasks on in a browser")
    @APIResponse(
            responseCode = "200",
            description = "The page",
            content = @Content(mediaType = "text/html", schema = @Schema(implementation = String.class)))
    String page();
}
