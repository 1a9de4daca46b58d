package dev.icmlora.function.error;

/// The API key is missing or wrong: 401.
public final class UnauthorizedException extends RequestException {

    private static final long serialVersionUID = 1L;

    public UnauthorizedException() {
        super("The API key is missing or wrong; send it as Authorization: Bearer KEY");
    }

    @Override
    public Problem problem() {
        return problem("unauthorized", "The API key is missing or wrong", 401);
    }
}
