package dev.icmlora.decisions;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.Violation;

/// An error in the form of the System One API.
///
/// @param detail a sentence, or a list of [Detail] where fields are to blame
@RegisterForReflection
record SystemOneError(Object detail) {

    /// @param loc `body`, then the names and the places in lists that lead to the field
    /// @param msg a sentence that names the field
    /// @param input what was sent there, as far as it is short
    /// @param ctx the limit, where there is one
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Detail(List<Object> loc, String msg, String type, Object input, Map<String, Object> ctx) {

        private static Detail of(Violation violation) {
            var path = Stream.of(violation.field().split("/")).skip(1).map(Detail::step);
            return new Detail(
                    Stream.concat(Stream.of("body"), path).toList(),
                    violation.message(),
                    "value_error",
                    violation.value(),
                    violation.limit() == null ? null : Map.of("limit", violation.limit()));
        }

        private static Object step(String escaped) {
            return escaped.matches("\\d{1,9}")
                    ? Integer.valueOf(escaped)
                    : escaped.replace("~1", "/").replace("~0", "~");
        }
    }

    static SystemOneError of(Problem problem) {
        if (problem.errors().isEmpty()) {
            return new SystemOneError(problem.detail().isEmpty() ? problem.title() : problem.detail());
        }
        return new SystemOneError(problem.errors().stream().map(Detail::of).toList());
    }
}
