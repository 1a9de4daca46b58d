package dev.icmlora.cli.function;

import java.io.Serial;
import java.io.Serializable;
import java.net.URI;
import java.time.Duration;

import picocli.CommandLine.Option;

import dev.icmlora.client.IcmLoraClient;

/// Options for the function's address and credentials, wherever it is asked from.
public final class FunctionOptions implements Serializable {
    @Serial
    private static final long serialVersionUID = 1;

    private static final Duration PATIENCE = Duration.ofMinutes(10);

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
            description = "That the function asks for (default: ICM_LORA_API_KEY; there no other program sees it).")
    private String apiKey;

    @Option(
            names = "--identity-token",
            paramLabel = "TOKEN",
            defaultValue = "${ICM_LORA_IDENTITY_TOKEN}",
            description = "Of Google, for Cloud Run before the function (default: ICM_LORA_IDENTITY_TOKEN).")
    private String identityToken;

    /// Not sent along: where these options come to, they are connected anew.
    private transient IcmLoraClient client;

    public IcmLoraClient connect() {
        if (client == null) {
            IcmLoraClient open = IcmLoraClient.of(url).withTimeout(PATIENCE);
            if (isGiven(apiKey)) {
                open = open.withKey(apiKey);
            }
            client = isGiven(identityToken) ? open.withIdentityToken(() -> identityToken) : open;
        }
        return client;
    }

    private static boolean isGiven(String option) {
        return option != null && !option.isBlank();
    }
}
