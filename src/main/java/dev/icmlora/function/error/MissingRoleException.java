package dev.icmlora.function.error;

/// The caller is known, and may not do this: 403.
public final class MissingRoleException extends RequestException {

    private static final long serialVersionUID = 1L;

    /// @param roles any of which would do
    /// @param grant a sentence about what gives the caller its roles
    public MissingRoleException(String roles, String grant) {
        super("This needs the role %s; %s".formatted(roles, grant));
    }

    @Override
    public Problem problem() {
        return problem("missing-role", "The caller may not do this", 403);
    }
}
