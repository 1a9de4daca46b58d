/// The function over HTTP, beside OpenAI's interface and events, and what all paths have in common for `/openapi.json`.
@OpenAPIDefinition(
        info = @Info(title = "ICM-LoRA function", version = "1", description = """
                Describe a task, get a specialised model. The function generates a LoRA adapter for the task and \
                answers with it. Lengths are counted in Unicode characters. Every reply names its request in \
                X-Request-Id."""),
        tags = {
            @Tag(name = "tasks", description = "Tasks, inputs and adapters. Errors are problem+json (RFC 9457)."),
            @Tag(name = "openai", description = """
                    What OpenAI's clients call. Errors have OpenAI's form. Unknown fields are ignored, unsupported \
                    ones refused."""),
            @Tag(name = "events", description = """
                    Task files in object storage. Whoever can send an event can make the function work."""),
            @Tag(name = "operation", description = "For whoever runs the function.")
        },
        securitySets = {
            @SecurityRequirementsSet,
            @SecurityRequirementsSet(@SecurityRequirement(name = "key")),
            @SecurityRequirementsSet(@SecurityRequirement(name = "password")),
            @SecurityRequirementsSet(@SecurityRequirement(name = "token"))
        },
        components =
                @Components(
                        schemas = @Schema(name = "Progress", implementation = Progress.class),
                        responses = {
                            @APIResponse(
                                    name = "Problem",
                                    description = """
                                    400 the request is not valid; 401 there is no valid key or token; 403 the caller \
                                    may not do this, or uploads are off; 404 not found; 405 another method is needed; \
                                    406 and 415 another media type; 408 the body comes too slowly; 413 it is too \
                                    long; 429 too many wait, the caller sent too many, or it has used its tokens; 503 \
                                    shutting down, the model's file was changed, a token cannot be verified now, or \
                                    the storage of functions does not answer; 504 not done in time; 507 no room for \
                                    another adapter or function""",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = "OpenAiError",
                                    description = """
                                    400 the request is not valid; 401 there is no valid key or token; 403 the caller \
                                    may not do this; 404 no such model or path; 405 another method is needed; 413 the \
                                    body is too long; 429 too many wait, the caller sent too many, or it has used its \
                                    tokens; 503 shutting down, the model's file was changed, or a token cannot be \
                                    verified now; 504 not done in time""",
                                    content =
                                            @Content(
                                                    mediaType = "application/json",
                                                    schema = @Schema(implementation = OpenAiError.class))),
                            @APIResponse(
                                    name = "Again",
                                    description =
                                            "Send it again later: the storage fails, or another delivery works on it",
                                    content =
                                            @Content(
                                                    mediaType = Problem.MEDIA_TYPE,
                                                    schema = @Schema(implementation = Problem.class))),
                            @APIResponse(
                                    name = "Up",
                                    description = "Yes",
                                    content =
                                            @Content(mediaType = "application/json", schema = @Schema(ref = "Health"))),
                            @APIResponse(
                                    name = "Down",
                                    description = "No",
                                    content =
                                            @Content(mediaType = "application/json", schema = @Schema(ref = "Health")))
                        },
                        securitySchemes = {
                            @SecurityScheme(
                                    securitySchemeName = "key",
                                    type = SecuritySchemeType.HTTP,
                                    scheme = "bearer",
                                    description = """
                                    An API key. Where one is set, or an issuer of tokens, every request but those for \
                                    health needs one of these three."""),
                            @SecurityScheme(
                                    securitySchemeName = "password",
                                    type = SecuritySchemeType.HTTP,
                                    scheme = "basic",
                                    description = "An API key as the password of any user, for browsers."),
                            @SecurityScheme(
                                    securitySchemeName = "token",
                                    type = SecuritySchemeType.HTTP,
                                    scheme = "bearer",
                                    bearerFormat = "JWT",
                                    description =
                                            "A token of the configured OpenID Connect issuer, made for this service.")
                        }))
package dev.icmlora.function.http;

import org.eclipse.microprofile.openapi.annotations.Components;
import org.eclipse.microprofile.openapi.annotations.OpenAPIDefinition;
import org.eclipse.microprofile.openapi.annotations.enums.SecuritySchemeType;
import org.eclipse.microprofile.openapi.annotations.info.Info;
import org.eclipse.microprofile.openapi.annotations.media.Content;
import org.eclipse.microprofile.openapi.annotations.media.Schema;
import org.eclipse.microprofile.openapi.annotations.responses.APIResponse;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirement;
import org.eclipse.microprofile.openapi.annotations.security.SecurityRequirementsSet;
import org.eclipse.microprofile.openapi.annotations.security.SecurityScheme;
import org.eclipse.microprofile.openapi.annotations.tags.Tag;

import dev.icmlora.function.api.Progress;
import dev.icmlora.function.error.OpenAiError;
import dev.icmlora.function.error.Problem;
