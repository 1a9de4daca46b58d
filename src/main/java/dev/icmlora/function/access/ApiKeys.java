package dev.icmlora.function.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.generator.Sha256;

/// The API keys, `icm-lora.api-key` and `icm-lora.api-keys.NAME`, of which only digests are kept.
@Singleton
final class ApiKeys {

    /// Whoever has the key that has no name.
    private static final String UNNAMED = "default";

    private final List<Key> keys = new ArrayList<>();

    private record Key(Caller caller, byte[] digest) {}

    /// @throws StartupException if a key is empty or begins or ends with white space, or two callers have the same one
    ApiKeys(FunctionConfig functionConfig, Config config) {
        // The function's own configuration takes an empty text for none.
        if (config.getConfigValue("icm-lora.api-key").getRawValue() != null) {
            add(
                    UNNAMED,
                    "icm-lora.api-key (ICM_LORA_API_KEY)",
                    functionConfig.apiKey().orElse(""));
        }
        functionConfig.apiKeys().forEach((name, key) -> add(name, "icm-lora.api-keys." + name, key));
    }

    private void add(String name, String setting, String key) {
        if (key.isBlank()) {
            throw new StartupException(setting + " is empty: leave it out, or anybody could not be told from nobody");
        }
        if (!key.equals(key.strip())) {
            throw new StartupException(setting + " begins or ends with white space, which no header can carry");
        }
        var caller = Caller.ofKey(name);
        if (callerOf(key).filter(other -> !other.equals(caller)).isPresent()) {
            throw new StartupException(
                    "icm-lora.api-keys.%s is the key of another name too: the two callers could not be ".formatted(name)
                            + "told apart");
        }
        keys.add(new Key(caller, digest(key)));
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /// Who has this key. It takes the same time whether it is the first key, the last or none: all are
    /// compared, and digests have one length, so that nothing is told about a key's either.
    Optional<Caller> callerOf(String presented) {
        var digest = digest(presented);
        var found = Optional.<Caller>empty();
        for (var key : keys) {
            if (MessageDigest.isEqual(key.digest, digest)) {
                found = Optional.of(key.caller);
            }
        }
        return found;
    }

    private static byte[] digest(String text) {
        return Sha256.digest().digest(text.getBytes(UTF_8));
    }
}
