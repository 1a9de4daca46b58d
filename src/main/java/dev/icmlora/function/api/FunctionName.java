package dev.icmlora.function.api;

import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Pattern;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// Names a function: `urgency` is its newest version, `urgency@3` always the third.
///
/// @param name of the function
/// @param version from 1 on; empty for the newest
@RegisterForReflection
public record FunctionName(String name, OptionalInt version) {

    /// What names look like, without a version. Each is one name in every file system, and needs no escape in a path.
    public static final String NAME = "[a-z][a-z0-9_-]{0,63}";

    /// What names look like, with or without a version.
    public static final String FORM = NAME + "(@[1-9][0-9]{0,8})?";

    /// [#FORM] as a schema has it, whose patterns match parts of texts.
    public static final String WHOLE_FORM = "^" + FORM + "$";

    private static final Pattern WHOLE = Pattern.compile(FORM);

    /// Empty for a text that is no name.
    public static Optional<FunctionName> of(String text) {
        if (!WHOLE.matcher(text).matches()) {
            return Optional.empty();
        }
        var at = text.indexOf('@');
        return Optional.of(
                at < 0
                        ? new FunctionName(text, OptionalInt.empty())
                        : new FunctionName(
                                text.substring(0, at), OptionalInt.of(Integer.parseInt(text.substring(at + 1)))));
    }

    /// The function's name with this version.
    public FunctionName at(int number) {
        return new FunctionName(name, OptionalInt.of(number));
    }

    @Override
    public String toString() {
        return version.isPresent() ? name + "@" + version.getAsInt() : name;
    }
}
