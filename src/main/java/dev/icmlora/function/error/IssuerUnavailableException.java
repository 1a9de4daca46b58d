package dev.icmlora.function.error;

/// A token cannot be verified, because its issuer does not answer: 503.
public final class IssuerUnavailableException extends RequestException {

    private static final long serialVersionUID = 1L;

    public IssuerUnavailableException() {
        super("The token cannot be verified now, because its issuer does not answer");
    }

    @Override
    public Problem problem() {
        return problem("issuer-unavailable", "The issuer of tokens does not answer", 503);
    }
}
