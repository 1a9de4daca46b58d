package dev.icmlora.cli.function;

import java.net.URI;
import java.util.Optional;

import picocli.CommandLine.Option;

/// Where the function is.
public final class FunctionOptions {
    @Option(
            names = "--url",
            paramLabel = "URL",
            defaultValue = "${ICM_LORA_URL:-http://localhost:8080}",
            description = "Of the running function (default: ICM_LORA_URL, or http://localhost:8080).")
    private URI url;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            defaultValue = "${ICM_LORA_API_KEY}",
            description = "That the function asks for (default: ICM_LORA_API_KEY; there it is seen by nobody else).")
    private String apiKey;

    @Option(
            names = "--identity-token",
            paramLabel = "TOKEN",
            defaultValue = "${ICM_LORA_IDENTITY_TOKEN}",
            description = "Of Google, for Cloud Run before the function (default: ICM_LORA_IDENTITY_TOKEN).")
    private String identityToken;

    /// The caller closes it.
    public RunningFunction connect() {
        return new RunningFunction(url, given(apiKey), given(identityToken));
    }

    private static Optional<String> given(String option) {
        return Optional.ofNullable(option).filter(text -> !text.isBlank());
    }
}
