package dev.icmlora.function.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.Config;

import dev.icmlora.function.access.Access.Identity;
import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.Setting;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.generator.Sha256;

/// The API keys, `icm-lora.api-key` and `icm-lora.api-keys.NAME`, of which only digests are kept, and what a
/// caller that has one may do, `icm-lora.roles.NAME`.
@Singleton
final class ApiKeys {

    /// The caller with the key that has no name: the owner.
    private static final String UNNAMED = "default";

    private static final Set<Role> OF_OWNER = Set.of(Role.ADMIN);
    private static final Set<Role> OF_OTHERS = Set.of(Role.CALL, Role.UPLOAD);

    private final Map<String, List<String>> roles;
    private final List<Key> keys = new ArrayList<>();

    private record Key(String name, Identity caller, byte[] digest) {}

    /// @throws StartupException if a key is empty or begins or ends with white space, two callers have the same
    /// one, or roles are unknown or those of no key
    ApiKeys(FunctionConfig functionConfig, Config config) {
        this.roles = functionConfig.roles();
        // The function's own configuration takes an empty text for none.
        if (config.getConfigValue("icm-lora.api-key").getRawValue() != null) {
            add(
                    UNNAMED,
                    "icm-lora.api-key (ICM_LORA_API_KEY)",
                    functionConfig.apiKey().orElse(""));
        }
        functionConfig.apiKeys().forEach((name, key) -> add(name, "icm-lora.api-keys." + name, key));
        roles.keySet().forEach(this::requireKey);
    }

    private void add(String name, String setting, String key) {
        if (key.isBlank()) {
            throw new StartupException(setting + " is empty: leave it out, or anybody could not be told from nobody");
        }
        if (!key.equals(key.strip())) {
            throw new StartupException(setting + " begins or ends with white space, which no header can carry");
        }
        var caller = Identity.ofKey(name, rolesNamed(name));
        if (callerOf(key).filter(other -> !other.equals(caller)).isPresent()) {
            throw new StartupException(
                    "icm-lora.api-keys.%s is the key of another name too: the two callers could not be ".formatted(name)
                            + "told apart");
        }
        keys.add(new Key(name, caller, digest(key)));
    }

    /// What says which roles the key of a name has.
    static Setting rolesOf(String name) {
        return new Setting("icm-lora.roles." + name);
    }

    private Set<Role> rolesNamed(String name) {
        if (!roles.containsKey(name)) {
            return name.equals(UNNAMED) ? OF_OWNER : OF_OTHERS;
        }
        var named = EnumSet.noneOf(Role.class);
        for (var role : roles.get(name)) {
            named.add(Role.of(role.strip())
                    .orElseThrow(() -> new StartupException("%s is \"%s\", which is none of the roles %s"
                            .formatted(rolesOf(name), role, Arrays.toString(Role.values())))));
        }
        return named;
    }

    private void requireKey(String name) {
        if (keys.stream().noneMatch(key -> key.name.equals(name))) {
            throw new StartupException("%s gives roles to a key that there is not: %s"
                    .formatted(rolesOf(name), new Setting("icm-lora.api-keys." + name)));
        }
    }

    /// How many callers have one.
    long callers() {
        return keys.stream().map(Key::name).distinct().count();
    }

    boolean isEmpty() {
        return keys.isEmpty();
    }

    /// Who has this key. It takes the same time whether it is the first key, the last or none: all are
    /// compared, and digests have one length, so that nothing is told about a key's either.
    Optional<Identity> callerOf(String presented) {
        var digest = digest(presented);
        var found = Optional.<Identity>empty();
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
