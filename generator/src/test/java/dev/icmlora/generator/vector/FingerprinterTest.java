package dev.icmlora.generator.vector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Fingerprinter.Reading;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.TokenBatch;

class FingerprinterTest {
    private static final List<Example> PLURALS = List.of(new Example("cat", "cats"), new Example("mouse", "mice"));
    private static final LlamaModel MODEL = BaseModelFixture.model();
    private static final int HIDDEN = MODEL.hiddenSize();
    private static LlamaContext context;
    private static Fingerprinter fingerprinter;

    @BeforeAll
    static void create() {
        context = LlamaContext.create(
                MODEL,
                ContextOptions.of(512, 128)
                        .withThreads(2)
                        .withHiddenLayer(MODEL.layers())
                        .withUnifiedKv(false));
        fingerprinter = new Fingerprinter(PromptFormat.of(MODEL), context, HIDDEN, 128);
    }

    @AfterAll
    static void close() {
        fingerprinter.close();
        context.close();
    }

    @Test
    void absentPartsAreZeroAndFlagged() {
        float[] described =
                fingerprinter.of(new Task("Give the plural.", List.of())).values();
        assertThat(described).hasSize(TaskVector.length(HIDDEN)).endsWith(1, 0);
        assertThat(part(described, 0)).isNotEqualTo(new float[HIDDEN]);
        assertThat(part(described, 1)).isEqualTo(new float[HIDDEN]);
        assertThat(part(described, 2)).isEqualTo(new float[HIDDEN]);

        float[] shown = fingerprinter.of(new Task("", PLURALS)).values();
        assertThat(shown).endsWith(0, 1);
        assertThat(part(shown, 0)).isEqualTo(new float[HIDDEN]);
        assertThat(part(shown, 1)).isNotEqualTo(new float[HIDDEN]);
        assertThat(part(shown, 2)).isNotEqualTo(new float[HIDDEN]);
    }

    @Test
    void theDescriptionsPartDoesNotDependOnTheExamplesAfterIt() {
        float[] alone =
                fingerprinter.of(new Task("Give the plural.", List.of())).values();
        float[] both = fingerprinter.of(new Task("Give the plural.", PLURALS)).values();

        assertThat(cosine(part(alone, 0), part(both, 0))).isGreaterThan(0.999);
    }

    @Test
    void repeatsExactlyAndTellsTasksApart() {
        Task plural = new Task("Give the plural.", PLURALS);
        float[] first = fingerprinter.of(plural).values();
        float[] other = fingerprinter
                .of(new Task("Translate to French.", List.of(new Example("cat", "chat"))))
                .values();

        assertThat(fingerprinter.of(plural).values()).isEqualTo(first);
        assertThat(cosine(part(first, 2), part(other, 2))).isLessThan(0.99);
    }

    @Test
    void aTaskLongerThanOneBatchIsReadInSteps() {
        List<Example> many = Collections.nCopies(20, PLURALS.getFirst());
        Task task = new Task("Give the plural.", many);

        assertThat(PromptFormat.of(MODEL).tokens(task)).isBetween(129, 512);
        float[] steps = fingerprinter.of(task).values();
        assertThat(steps).endsWith(1, 1);
        try (LlamaContext large = LlamaContext.create(
                        MODEL,
                        ContextOptions.of(512, 512)
                                .withThreads(2)
                                .withHiddenLayer(MODEL.layers())
                                .withUnifiedKv(false));
                Fingerprinter inOne = new Fingerprinter(PromptFormat.of(MODEL), large, HIDDEN, 512)) {
            float[] whole = inOne.of(task).values();
            for (int part = 0; part < 3; part++) {
                assertThat(cosine(part(steps, part), part(whole, part))).isGreaterThan(0.999);
            }
        }
    }

    /// What an adapter is called hangs on the last bit of this.
    @ParameterizedTest
    @ValueSource(ints = {63, 191, 192, 310})
    void piecesGiveTheStatesOfTheBatchAsAWhole(int length) {
        int batchTokens = 512;
        int[] tokens = IntStream.range(0, length).map(i -> 1000 + 7 * i).toArray();
        try (LlamaContext large = LlamaContext.create(
                        MODEL,
                        ContextOptions.of(512, batchTokens).withThreads(2).withHiddenLayer(MODEL.layers() * 3 / 4));
                TokenBatch batch = TokenBatch.allocate(batchTokens, 1)) {
            List<float[]> whole = new ArrayList<>();
            for (int from = 0; from < length; from += batchTokens) {
                int to = Math.min(length, from + batchTokens);
                batch.clear();
                IntStream.range(from, to).forEach(i -> batch.add(tokens[i], i, 0, true));
                large.decode(batch);
                IntStream.range(0, to - from).forEach(i -> whole.add(large.embedding(i)));
            }
            List<float[]> states = new ArrayList<>();
            Reading<Integer> reading =
                    new Reading<>(large, batch, tokens, _ -> true, (_, state) -> states.add(state), states::size);
            while (!reading.isDone()) {
                assertThatIllegalStateException().isThrownBy(reading::result);
                assertThat(reading.advance()).isBetween(1, 191);
            }

            assertThat(reading.result()).isEqualTo(length);
            assertThat(states.toArray()).isEqualTo(whole.toArray());
        }
    }

    @Test
    void refusesATaskLongerThanTheContext() {
        Task task = new Task("x", Collections.nCopies(64, PLURALS.getFirst()));

        assertThatThrownBy(() -> fingerprinter.of(task))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(String.valueOf(PromptFormat.of(MODEL).tokens(task)))
                .hasMessageContaining("512");
    }

    private static float[] part(float[] values, int part) {
        return Arrays.copyOfRange(values, part * HIDDEN, (part + 1) * HIDDEN);
    }

    private static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }
}
