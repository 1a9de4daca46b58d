package dev.icmlora.engine.request;

import java.util.List;

/// Says which parts of a request's input cannot be computed with.
public final class UnusableInputException extends RuntimeException {

    private static final long serialVersionUID = 1L;
    /// More than a client would read.
    private static final int MOST = 100;

    private final transient List<Part> parts;

    /// A part that cannot be computed with.
    ///
    /// @param name a path such as `scale` or `messages/2`
    /// @param limit what would have been right; null where no number or name says it
    /// @param value what was given
    /// @param message a sentence for a person
    public record Part(String name, Object limit, Object value, String message) {

        /// @param rule goes on after the name, as in "must not be empty"
        public static Part of(String name, Object limit, Object value, String rule) {
            return new Part(name, limit, value, "/" + name + " " + rule);
        }
    }

    public UnusableInputException(String part, Object limit, Object value, String message) {
        this(List.of(new Part(part, limit, value, message)));
    }

    private UnusableInputException(List<Part> parts) {
        super(parts.getFirst().message, null, false, false);
        this.parts = parts;
    }

    /// @throws UnusableInputException naming these parts, if there are any
    public static void refuse(List<Part> parts) {
        if (!parts.isEmpty()) {
            throw new UnusableInputException(parts.stream().limit(MOST).toList());
        }
    }

    /// The same, where a request says a part by another field.
    public UnusableInputException renamed(String part, String other) {
        return new UnusableInputException(parts.stream()
                .map(each -> each.name.equals(part) ? new Part(other, each.limit, each.value, each.message) : each)
                .toList());
    }

    /// One or more.
    public List<Part> parts() {
        return parts;
    }
}
