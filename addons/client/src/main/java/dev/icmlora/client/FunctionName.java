package dev.icmlora.client;

import java.util.regex.Pattern;

/// The name under which a function is known: `urgency`, or `urgency@3` for a certain version.
record FunctionName(String text) {

    private static final Pattern FORM = Pattern.compile("[a-z][a-z0-9_-]{0,63}(@[1-9][0-9]{0,8})?");

    /// @throws IllegalArgumentException if it is none
    FunctionName {
        if (!FORM.matcher(text).matches()) {
            throw new IllegalArgumentException(
                    "'" + text + "' is no function's name: that is 1 to 64 of a to z, 0 to 9,"
                            + " - and _ with a letter at the start, and may end in @ and the number of a version");
        }
    }

    boolean hasVersion() {
        return text.indexOf('@') >= 0;
    }

    String path() {
        return "/functions/" + text;
    }

    /// What belongs to all versions of it.
    String path(String what) {
        return "/functions/" + text.replaceFirst("@.*", "") + "/" + what;
    }

    @Override
    public String toString() {
        return text;
    }
}
