package dev.icmlora.function.access;

import static java.util.Map.entry;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTestProfile;

/// What a function that several customers share has: named keys with roles, an issuer of tokens, limits of requests and
/// tokens for each caller, and tenants. The tests that have this profile share one start of the function.
public final class SharedInstallation implements QuarkusTestProfile {

    static final String KEY = "correct horse battery staple";
    static final String KEY_OF_ALICE = "only alice has this one";
    static final String KEY_OF_CALLER = "may ask";
    static final String KEY_OF_SENDER = "may send events";
    static final String KEY_OF_SCRAPER = "may read metrics";
    /// Subject of tokens that may send events.
    static final String SENDER = "agent of the bucket";

    static final int PER_MINUTE = 60;
    static final int TOKENS_PER_DAY = 600;
    static final String BUCKET = "test.bucket";
    /// Whose pages may ask.
    static final String SITE = "https://app.example";

    @Override
    public Map<String, String> getConfigOverrides() {
        try {
            var bucket = Files.createTempDirectory("bucket").toString();
            return Map.ofEntries(
                    entry("icm-lora.api-key", KEY),
                    entry("icm-lora.api-keys.alice", KEY_OF_ALICE),
                    entry("icm-lora.api-keys.caller", KEY_OF_CALLER),
                    entry("icm-lora.roles.caller", "call"),
                    entry("icm-lora.api-keys.sender", KEY_OF_SENDER),
                    entry("icm-lora.roles.sender", "events"),
                    entry("icm-lora.api-keys.scraper", KEY_OF_SCRAPER),
                    entry("icm-lora.roles.scraper", "metrics"),
                    entry("icm-lora.events.senders", SENDER),
                    entry("icm-lora.tenancy", "key"),
                    entry("quarkus.http.cors.enabled", "true"),
                    entry("quarkus.http.cors.origins", SITE),
                    entry("icm-lora.rate-limit.requests-per-minute", Integer.toString(PER_MINUTE)),
                    entry("icm-lora.rate-limit.tokens-per-day", Integer.toString(TOKENS_PER_DAY)),
                    entry("icm-lora.events.buckets", "file:" + bucket),
                    // Its files come by events only.
                    entry("icm-lora.events.watch-interval", "1h"),
                    entry(BUCKET, bucket));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<TestResourceEntry> testResources() {
        return List.of(new TestResourceEntry(Issuer.class));
    }
}
