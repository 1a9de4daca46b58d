package dev.icmlora.function.access;

/// Who asks.
///
/// @param name of one whom the function knows; empty where nobody has to say who they are
record Caller(String name) {

    static final Caller ANYBODY = new Caller("");

    /// @param key name of an API key
    static Caller ofKey(String key) {
        return new Caller("key:" + key);
    }

    /// @param issuer a URL, so without a space
    static Caller ofToken(String issuer, String subject) {
        return new Caller("oidc:" + issuer + " " + subject);
    }
}
