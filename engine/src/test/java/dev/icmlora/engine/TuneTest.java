package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Tuning as a request asks for it: in slices on a worker that has other things to do, too.
class TuneTest {

    private static final Task HOUR = new Task(
            "Which hour is it?",
            List.of(
                    new Example("16:41", "16"),
                    new Example("03:50", "3"),
                    new Example("17:41", "17"),
                    new Example("11:55", "11"),
                    new Example("00:38", "0")));

    private final Engine engine = LoadedEngine.get();
    private final Cancellation cancellation = new Cancellation();
    private final EngineSession session = new EngineSession(engine, cancellation);
    private final List<Tuning.Progress> heard = new ArrayList<>();

    @Test
    void anExampleThatWasTunedOnIsAnsweredWithoutExamplesInThePrompt() {
        var shared = session.shared();
        var options = TuningOptions.forExamples(HOUR.examples().size());

        var result = session.tune(shared, HOUR, options, heard::add);

        assertThat(result.summary().lossAfter()).isLessThan(result.summary().lossBefore());
        assertThat(result.adapter().id()).isNotEqualTo(shared.id());
        assertThat(heard.getLast().done()).isEqualTo(1);
        assertThat(session.spent().tune()).isPositive();
        assertThat(engine.tuningBytes()).isPositive();
        var prompt =
                engine.format().query(HOUR.description(), List.of(), "16:41").tokens();
        var answers = session.answer(
                Optional.of(new ScaledAdapter(result.adapter(), 1)),
                List.of(prompt),
                new Decoding(SamplingOptions.GREEDY, 8, List.of()));
        assertThat(answers.texts()).containsExactly("16");
    }

    @Test
    void theSameRequestGivesTheSameAdapter() {
        var shared = session.shared();
        var options = TuningOptions.forExamples(5).withSteps(1);
        var meanwhile = new ArrayList<Long>();

        var once = session.tune(shared, HOUR, options, _ -> meanwhile.add(engine.tuningBytes()));
        var again = new EngineSession(engine, new Cancellation()).tune(shared, HOUR, options, heard::add);

        assertThat(once.adapter().id()).isEqualTo(again.adapter().id());
        assertThat(meanwhile)
                .as("what it computes in counts while it runs")
                .isNotEmpty()
                .allMatch(bytes -> bytes > engine.tuningBytes());
    }

    @Test
    void whoLeavesEndsItWithinASlice() {
        var shared = session.shared();
        var options = TuningOptions.forExamples(5).withSteps(100);

        assertThatThrownBy(() -> session.tune(shared, HOUR, options, progress -> {
                    heard.add(progress);
                    cancellation.request();
                }))
                .isInstanceOf(CancelledException.class);

        assertThat(heard).hasSize(1);
    }

    @Test
    void noStepBeginsWhenTheTimeIsUp() {
        var shared = session.shared();
        var options = TuningOptions.forExamples(5).withSteps(100);

        var result = session.with(new Cancellation(Duration.ofNanos(1))).tune(shared, HOUR, options, heard::add);

        assertThat(result.summary().steps()).isEqualTo(1);
    }

    @Test
    void whereAllExamplesAreTooLongTheFirstIsNamed() {
        var shared = session.shared();
        var tooLong = new Task("", List.of(new Example("word ".repeat(5000), "b")));

        assertThatThrownBy(() -> session.tune(shared, tooLong, TuningOptions.forExamples(2), heard::add))
                .isInstanceOfSatisfying(
                        UnusableInputException.class,
                        e -> assertThat(e.parts()).singleElement().satisfies(part -> {
                            assertThat(part.name()).isEqualTo("task/examples/0");
                            assertThat(part.limit()).isEqualTo(768);
                        }));
    }
}
