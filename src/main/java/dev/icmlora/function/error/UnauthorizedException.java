package dev.icmlora.function.error;

/// There is no valid API key and no valid token: 401.
public final class UnauthorizedException extends RequestException {

    private static final long serialVersionUID = 1L;

    public UnauthorizedException() {
        super("The API key or token is missing or not valid; send it as Authorization: Bearer KEY");
    }

    @Override
    public Problem problem() {
        return problem("unauthorized", "The API key or token is missing or not valid", 401);
    }
}
