package dev.icmlora.function.access;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTestProfile;

/// What a function that several customers share has: named keys, an issuer of tokens, a limit of requests for each
/// caller, and tenants. The tests that have this profile share one start of the function.
public final class SharedInstallation implements QuarkusTestProfile {

    static final String KEY = "correct horse battery staple";
    static final String KEY_OF_ALICE = "only alice has this one";
    static final int PER_MINUTE = 30;
    static final String BUCKET = "test.bucket";

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            var bucket = Files.createTempDirectory("bucket").toString();
            return Map.of(
                    "icm-lora.api-key",
                    KEY,
                    "icm-lora.api-keys.alice",
                    KEY_OF_ALICE,
                    "icm-lora.tenancy",
                    "key",
                    "icm-lora.rate-limit.requests-per-minute",
                    Integer.toString(PER_MINUTE),
                    "icm-lora.events.buckets",
                    "file:" + bucket,
                    // Its files come by events only.
                    "icm-lora.events.watch-interval",
                    "1h",
                    BUCKET,
                    bucket);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Issuer.class));
    }
}
