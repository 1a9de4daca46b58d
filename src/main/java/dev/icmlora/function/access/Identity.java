package dev.icmlora.function.access;

import java.util.Set;

import dev.icmlora.function.config.Setting;

/// Who a key or token says that the caller is.
///
/// @param name of one whom the function knows; empty where callers need not say who they are
/// @param roles that it has
/// @param grant a sentence about what gives it its roles
record Identity(String name, Set<Role> roles, String grant) {

    static final Identity ANYBODY = new Identity("", Set.of(Role.ADMIN), "everybody has all");

    private static final Set<Role> OF_TOKENS = Set.of(Role.CALL, Role.UPLOAD);
    private static final Set<Role> OF_SENDERS = Set.of(Role.EVENTS);
    private static final String GRANT_OF_TOKENS =
            "a token has call and upload or, where %s lists its subject, events alone"
                    .formatted(new Setting("icm-lora.events.senders"));

    Identity {
        roles = Set.copyOf(roles);
    }

    /// @param key name of an API key
    static Identity ofKey(String key, Set<Role> roles) {
        return new Identity("key:" + key, roles, "%s says which ones this key has".formatted(ApiKeys.rolesOf(key)));
    }

    /// @param issuer a URL, so without a space
    /// @param isSender whether it may send events, and do nothing else
    static Identity ofToken(String issuer, String subject, boolean isSender) {
        return new Identity("oidc:" + issuer + " " + subject, isSender ? OF_SENDERS : OF_TOKENS, GRANT_OF_TOKENS);
    }

    /// Whose limits count. It is kept with jobs, where no reader may learn who they are.
    String payer() {
        return name.isEmpty() ? "" : Tenant.of(name).id();
    }
}
