package dev.icmlora.function.error;

/// The caller has no function of this name: 404.
public final class UnknownFunctionException extends RequestException {

    private static final long serialVersionUID = 1L;

    /// @param name of the function, perhaps with a version
    public UnknownFunctionException(String name) {
        super("There is no function " + name + "; GET /functions lists those that there are");
    }

    @Override
    public Problem problem() {
        return problem("unknown-function", "The function is not known", 404);
    }
}
