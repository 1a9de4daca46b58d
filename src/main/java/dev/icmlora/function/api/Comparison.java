package dev.icmlora.function.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// How the answers of a version that runs beside compare with those that were served.
///
/// @param compared inputs that both answered
/// @param different how many of them got another text
/// @param failed inputs that only the serving version could answer
/// @param differences the newest inputs with different answers, the newest last; as many as the version's
/// [Shadow#keep]
@RegisterForReflection
@Schema(requiredProperties = {"compared", "different", "failed", "differences"})
public record Comparison(long compared, long different, long failed, List<Difference> differences) {

    public static final Comparison NONE = new Comparison(0, 0, 0, List.of());

    /// Characters of a text that are kept.
    private static final int KEPT = 1000;

    public Comparison {
        differences = differences == null ? List.of() : List.copyOf(differences);
    }

    /// An input with two answers. Long texts are cut.
    ///
    /// @param served what was answered; absent where the answer was not sure enough
    /// @param shadow what the version beside would have answered; absent likewise
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @Schema(requiredProperties = {"input"})
    public record Difference(String input, String served, String shadow) {

        private static Difference of(String input, String served, String shadow) {
            return new Difference(cut(input), cut(served), cut(shadow));
        }

        private static String cut(String text) {
            return text == null || text.codePointCount(0, text.length()) <= KEPT
                    ? text
                    : text.substring(0, text.offsetByCodePoints(0, KEPT));
        }
    }

    /// Compares the answers to one request.
    ///
    /// @param inputs with an answer of each version, in their order
    /// @param keep most differences that are kept
    public static Comparison of(List<String> inputs, List<String> served, List<String> shadow, int keep) {
        var found = IntStream.range(0, inputs.size())
                .filter(i -> !Objects.equals(served.get(i), shadow.get(i)))
                .mapToObj(i -> Difference.of(inputs.get(i), served.get(i), shadow.get(i)))
                .toList();
        return new Comparison(inputs.size(), found.size(), 0, newest(found, keep));
    }

    /// This, and what came later.
    ///
    /// @param keep most differences that are kept
    public Comparison plus(Comparison later, int keep) {
        var all = new ArrayList<>(differences);
        all.addAll(later.differences);
        return new Comparison(
                compared + later.compared, different + later.different, failed + later.failed, newest(all, keep));
    }

    private static List<Difference> newest(List<Difference> all, int keep) {
        return all.subList(Math.max(0, all.size() - keep), all.size());
    }

    /// This, and inputs that the version beside could not answer.
    public Comparison plusFailed(int inputs) {
        return new Comparison(compared, different, failed + inputs, differences);
    }
}
