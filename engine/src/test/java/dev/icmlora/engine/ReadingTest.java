package dev.icmlora.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Long texts that are read for their hidden states, while others want the same worker.
@Timeout(120)
class ReadingTest {

    private static final Task BRIEF = new Task("Give the plural.", List.of(new Example("cat", "cats")));
    private static final Task LONG = task(100);
    private static final int PIECE = 192;
    private static final int ANSWER = 6;

    private final Engine engine = LoadedEngine.get();
    private final Cancellation cancellation = new Cancellation();
    private final AtomicInteger tokens = new AtomicInteger();
    private final EngineSession session = new EngineSession(engine, cancellation, tokens::addAndGet);

    private static Task task(int words) {
        var example = new Example("a rather long input ".repeat(words / 4), "an output");
        return new Task("Say something of this.", Collections.nCopies(8, example));
    }

    private int tokensOfLong() {
        return engine.format().packed(LONG.description(), LONG.examples()).tokens().length;
    }

    private EngineSession other() {
        return new EngineSession(engine, new Cancellation());
    }

    /// Begins to read in another thread, and returns when a piece is read.
    private <T> CompletableFuture<T> begun(Supplier<T> reading) {
        var reader = CompletableFuture.supplyAsync(reading, task -> new Thread(task, "reader").start());
        while (tokens.get() == 0 && !reader.isDone()) {
            LockSupport.parkNanos(1_000_000);
        }
        return reader;
    }

    private void answer() {
        var counted = new AtomicInteger();
        var asking = new EngineSession(engine, new Cancellation(), counted::addAndGet);
        var prompt =
                engine.format().query("Write the plural.", List.of(), "dog").tokens();
        var answers = asking.answer(
                Optional.empty(), List.of(prompt), new Decoding(SamplingOptions.GREEDY, ANSWER, List.of()));
        assertThat(counted)
                .hasValue(answers.spent().promptTokens() + answers.spent().completionTokens());
    }

    @Test
    void aNeighbourIsAnsweredBesideALongFingerprintThatIsTheSameAsAlone() {
        var alone = other().fingerprint(LONG).values();
        assertThat(tokensOfLong()).isGreaterThan(EngineOptions.DEFAULT.batchTokens() + PIECE);

        var reading = begun(() -> session.fingerprint(LONG));
        answer();
        other().fingerprint(BRIEF);

        assertThat(reading).isNotDone();
        assertThat(reading.join().values()).isEqualTo(alone);
        assertThat(tokens).hasValue(tokensOfLong());
    }

    @Test
    void aNeighbourIsAnsweredBesideTextsThatAreEncoded() {
        var texts = Collections.nCopies(200, "a rather long input ".repeat(20));
        var alone = other().encode(texts.subList(0, 1)).getFirst();

        var reading = begun(() -> session.encode(texts));
        answer();

        assertThat(reading).isNotDone();
        assertThat(reading.join()).hasSize(200).containsOnly(alone);
        assertThat(tokens.get() % 200).isZero();
        assertThat(session.spent().promptTokens()).isEqualTo(tokens.get());
    }

    @Test
    void aTextThatNobodyWaitsForIsReadToTheEndOfAPieceAndCounted() {
        var reading = begun(() -> session.fingerprint(LONG));
        var read = tokens.get();
        cancellation.request();

        assertThatThrownBy(reading::join).hasCauseInstanceOf(CancelledException.class);
        assertThat(tokens.get()).isBetween(read, read + 2 * PIECE).isLessThan(tokensOfLong());
        assertThat(other().fingerprint(BRIEF).values())
                .isEqualTo(other().fingerprint(BRIEF).values());
    }

    @Test
    void longTextsAreReadOneAfterTheOther() {
        var other = other();
        var reading = begun(() -> session.fingerprint(LONG));
        var waiting = CompletableFuture.supplyAsync(
                () -> other.fingerprint(LONG), task -> new Thread(task, "waiting").start());

        assertThat(waiting.join().values()).isEqualTo(reading.join().values());
    }
}
