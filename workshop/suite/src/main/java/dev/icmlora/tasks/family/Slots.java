package dev.icmlora.tasks.family;

import java.util.Map;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Named values, and a text that they fill: `The {subject} {past} the {object}.`
///
/// @param text the filled text, a task's input
record Slots(String text, Map<String, ?> values) {

    private static final Pattern SLOT = Pattern.compile("\\{(\\w+)}");

    static Slots of(String template, Map<String, ?> values) {
        return new Slots(new Slots("", values).fill(template), values);
    }

    /// A function that fills another template with the same values.
    static Function<Slots, String> filled(String template) {
        return slots -> slots.fill(template);
    }

    String get(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no {%s} among %s".formatted(name, values.keySet()));
        }
        return value.toString();
    }

    String fill(String template) {
        return SLOT.matcher(template).replaceAll(slot -> Matcher.quoteReplacement(get(slot.group(1))));
    }

    @Override
    public String toString() {
        return text;
    }
}
