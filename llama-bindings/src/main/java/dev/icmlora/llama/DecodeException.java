package dev.icmlora.llama;

import dev.icmlora.ggml.NativeCallException;

/// `llama_decode` returned something other than 0.
public final class DecodeException extends NativeCallException {
    private static final long serialVersionUID = 1L;

    /// What the code means.
    public enum Reason {
        /// 1: the memory has no room for the batch; it is unchanged.
        NO_KV_SPACE,
        /// 2: the abort condition held.
        ABORTED,
        /// -1: the batch is malformed, such as positions with a gap; the memory is unchanged.
        INVALID,
        /// Below -1: the computation failed.
        FATAL
    }

    private final Reason reason;

    /// @param code what `llama_decode` returned
    /// @param detail what it logged; may be empty
    public DecodeException(int code, String detail) {
        super("llama_decode", code, detail.isEmpty() ? reasonOf(code).toString() : reasonOf(code) + ": " + detail);
        this.reason = reasonOf(code);
    }

    private static Reason reasonOf(int code) {
        return switch (code) {
            case 1 -> Reason.NO_KV_SPACE;
            case 2 -> Reason.ABORTED;
            case -1 -> Reason.INVALID;
            default -> Reason.FATAL;
        };
    }

    public Reason reason() {
        return reason;
    }

    @Override
    public boolean isFatal() {
        return reason == Reason.FATAL;
    }
}
