package dev.icmlora.learning;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.TaskBody.ExampleBody;
import dev.icmlora.learning.Improvements.Split;

class SplitTest {

    private static final FunctionDefinition FUNCTION =
            new FunctionDefinition(new TaskBody("Which is it?", List.of()), null, null, null, null, null);

    private static List<ExampleBody> measured(String key) {
        var feedback = IntStream.range(0, 300)
                .mapToObj(i -> new Feedback("input " + i, "output", null, "2026-11-30T12:00:00Z", null))
                .toList();
        return Split.of(FUNCTION, feedback, key.getBytes(UTF_8)).parts().stream()
                .flatMap(List::stream)
                .toList();
    }

    @Test
    void whatIsMeasuredIsChosenByAKeyThatNoClientHas() {
        assertThat(measured("one")).hasSize(64).isEqualTo(measured("one"));
        assertThat(Set.copyOf(measured("another"))).isNotEqualTo(Set.copyOf(measured("one")));
    }
}
