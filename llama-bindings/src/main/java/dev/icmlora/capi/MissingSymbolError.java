package dev.icmlora.capi;

/// A symbol that the bindings need is in none of the loaded libraries. An [Error] because static initialisers
/// let errors through unwrapped.
public final class MissingSymbolError extends UnsatisfiedLinkError {
    private static final long serialVersionUID = 1L;

    private final String symbol;

    MissingSymbolError(String symbol) {
        super("symbol not found: " + symbol);
        this.symbol = symbol;
    }

    public String symbol() {
        return symbol;
    }
}
