package dev.icmlora.function.error;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Collects everything that is wrong with a request, so that a client learns it at once.
public final class Violations {

    /// More than a client would read; a body has room for many.
    private static final int MOST = 100;

    private final List<Violation> found = new ArrayList<>();

    /// Notes that a field breaks a rule, if it does.
    ///
    /// @param message goes on after the field's pointer, as in "must not be empty"
    public void when(boolean broken, String field, Object limit, Object value, String message) {
        if (broken && found.size() < MOST) {
            found.add(new Violation(field, limit, value, (field.isEmpty() ? "the body" : field) + " " + message));
        }
    }

    /// Notes what was found elsewhere.
    public void add(Violation violation) {
        if (found.size() < MOST) {
            found.add(violation);
        }
    }

    /// A list must not be longer than the limit.
    public void count(String field, int count, int limit) {
        when(count > limit, field, limit, count, "has %d entries, more than the limit of %d".formatted(count, limit));
    }

    /// A text must be well-formed and not longer than the limit, counted in Unicode characters.
    public void text(String field, String text, int limit) {
        var length = text.codePointCount(0, text.length());
        when(
                length > limit,
                field,
                limit,
                length,
                "has %d characters, more than the limit of %d".formatted(length, limit));
        wellFormed(field, text);
    }

    /// A text must be UTF-16 without a lone surrogate, which no UTF-8 stands for.
    public void wellFormed(String field, String text) {
        var lone = text.codePoints().anyMatch(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE);
        when(lone, field, "Unicode text", null, "holds half of a surrogate pair, which is no character");
    }

    /// A number must be finite and within both bounds.
    public void range(String field, Number value, Number from, Number to) {
        var number = value.doubleValue();
        when(
                !(number >= from.doubleValue() && number <= to.doubleValue()),
                field,
                to,
                Double.isFinite(number) ? value : value.toString(),
                String.format(Locale.ROOT, "is %s, outside %s to %s", value, from, to));
    }

    /// @throws RequestException if anything was wrong
    public void raise() {
        if (!found.isEmpty()) {
            throw RequestException.invalid(found);
        }
    }
}
