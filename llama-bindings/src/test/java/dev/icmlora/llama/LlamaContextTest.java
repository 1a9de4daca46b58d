package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;

import dev.icmlora.TestInstallation;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.NativeCallException;
import dev.icmlora.llama.DecodeException.Reason;

class LlamaContextTest {
    private final LlamaModel model = SharedModel.get();
    private final int[] prompt = model.vocabulary().tokenize("The capital of France is", false);

    @Test
    void predictsTheNextToken() {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                TokenBatch batch = SharedModel.batch(prompt)) {
            context.decode(batch);
            float[] logits = context.logits(prompt.length - 1);
            assertThat(logits).hasSize(49_152);
            assertThat(model.vocabulary().detokenize(SharedModel.argmax(logits)))
                    .isEqualTo(" Paris");
            assertThat(context.lastPosition(0)).isEqualTo(prompt.length - 1);
        }
    }

    /// llama.cpp itself fills all of it with zeros.
    @Test
    void memoryIsResidentWhereATokenNeedsIt() throws IOException {
        int tokens = 8192;
        long all = 2L * Short.BYTES * tokens * model.layers() * model.hiddenSize() / model.heads() * model.kvHeads();
        long before = SharedModel.residentBytes();
        try (LlamaContext context = LlamaContext.create(model, ContextOptions.of(tokens, 64));
                TokenBatch batch = SharedModel.batch(prompt)) {
            context.decode(batch);
            assertThat(SharedModel.residentBytes() - before).isLessThan(all / 2);
            assertThat(model.vocabulary().detokenize(SharedModel.argmax(context.logits(prompt.length - 1))))
                    .isEqualTo(" Paris");
        }
    }

    @Test
    void aLargeMemoryMayBeInEqualParts() {
        ContextOptions parts = ContextOptions.of(2048, 64).withSequences(2).withUnifiedKv(false);
        try (LlamaContext context = LlamaContext.create(model, parts);
                TokenBatch batch = SharedModel.batch(prompt)) {
            context.decode(batch);
            assertThat(model.vocabulary().detokenize(SharedModel.argmax(context.logits(prompt.length - 1))))
                    .isEqualTo(" Paris");
        }
    }

    @Test
    void refusesAModelWithoutTheNodeOfItsHiddenStates() {
        HiddenStates states = HiddenStates.after(3, model.layers());
        assertThatExceptionOfType(NativeCallException.class)
                .isThrownBy(() -> states.requireNodes(new ContextGraph(List.of())))
                .withMessageContaining("no node l_out-2");
    }

    @Test
    void predictsTheSameWithThreadsThatStay() {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                TokenBatch batch = SharedModel.batch(prompt);
                TokenBatch next = TokenBatch.allocate(1, 1)) {
            next.add(prompt[0], prompt.length, 0, true);
            context.decode(batch);
            float[] alone = context.logits(prompt.length - 1);
            context.decode(next);
            float[] aloneNext = context.logits(0);

            try (ThreadPool two = ThreadPool.start(2)) {
                context.attach(two);
            } // The context keeps it alive.
            for (int threads = 1; threads <= 3; threads++) {
                context.threads(threads);
                context.clearMemory();
                context.decode(batch);
                assertThat(context.logits(prompt.length - 1)).isEqualTo(alone);
                context.decode(next);
                assertThat(context.logits(0)).isEqualTo(aloneNext);
            }
        }
        assertThatIllegalArgumentException().isThrownBy(() -> ThreadPool.start(0));
        assertThatIllegalArgumentException().isThrownBy(() -> ThreadPool.start(513));
    }

    /// The model's output matrix is its embedding matrix, so the logits can be made of the state here.
    @Test
    void givesTheHiddenStatesThatTheLogitsAreMadeOf() {
        try (LlamaContext context =
                        LlamaContext.create(model, ContextOptions.of(256, 128).withHiddenLayer(model.layers()));
                LlamaContext plain = LlamaContext.create(model, SharedModel.options(1));
                TokenBatch batch = SharedModel.batch(prompt);
                GgufFile file = GgufFile.open(TestInstallation.model())) {
            context.decode(batch);
            plain.decode(batch);
            float[] state = context.embedding(prompt.length - 1);
            float[] logits = plain.logits(prompt.length - 1);
            float[] matrix = file.floats(file.tensor("token_embd.weight").orElseThrow());

            assertThat(state).hasSize(576);
            for (int token = 0; token < 20_000; token += 1000) {
                double product = 0;
                for (int i = 0; i < state.length; i++) {
                    product += state[i] * matrix[token * state.length + i];
                }
                assertThat(product).isCloseTo(logits[token], within(0.4));
            }
            assertThatIllegalStateException().isThrownBy(() -> context.logits(prompt.length - 1));
            assertThatIllegalStateException().isThrownBy(() -> plain.embedding(prompt.length - 1));
            assertThatIllegalArgumentException().isThrownBy(() -> context.embedding(0));
        }
    }

    @Test
    void statesWithinTheModelDependOnTheLayerAndHaveALengthOfTheirOwn() {
        Map<Integer, float[]> states = new HashMap<>();
        for (int layer : List.of(1, 14, 15)) {
            ContextOptions options = ContextOptions.of(256, 128).withHiddenLayer(layer);
            try (LlamaContext context = LlamaContext.create(model, options);
                    TokenBatch batch = SharedModel.batch(prompt)) {
                context.decode(batch);
                states.put(layer, context.embedding(prompt.length - 1));
                assertThatIllegalArgumentException().isThrownBy(() -> context.embedding(0));
            }
        }
        for (int layer : states.keySet()) {
            double square = 0;
            for (float value : states.get(layer)) {
                square += value * value;
            }
            assertThat(Math.sqrt(square / 576)).isCloseTo(1, within(1e-4));
        }
        assertThat(SharedModel.cosine(states.get(14), states.get(15))).isBetween(0.8, 0.999);
        assertThat(SharedModel.cosine(states.get(1), states.get(15))).isLessThan(0.9);
    }

    /// Those of several sequences, as they are of one in a context that ends there.
    @Test
    void statesOfSomeTokensAreWatchedBesideTheLogits() {
        ContextOptions watching = ContextOptions.of(256, 128).withSequences(2).withWatchedLayers(List.of(6, 22));
        try (LlamaContext context = LlamaContext.create(model, watching);
                LlamaContext plain = LlamaContext.create(model, SharedModel.options(1));
                TokenBatch alone = SharedModel.batch(prompt);
                TokenBatch batch = TokenBatch.allocate(2 * prompt.length, 2)) {
            for (int i = 0; i < prompt.length; i++) {
                for (int sequence = 0; sequence < 2; sequence++) {
                    int at = batch.add(prompt[i], i, sequence, i == prompt.length - 1);
                    if (i > 0) {
                        batch.watch(at);
                    }
                }
            }
            context.decode(batch);
            plain.decode(alone);

            int last = 2 * prompt.length - 1;
            assertThat(SharedModel.argmax(context.logits(last)))
                    .isEqualTo(SharedModel.argmax(plain.logits(prompt.length - 1)));
            for (int layer : List.of(6, 22)) {
                ContextOptions ending = ContextOptions.of(256, 128).withHiddenLayer(layer);
                try (LlamaContext states = LlamaContext.create(model, ending)) {
                    states.decode(alone);
                    for (int at : List.of(last - 1, last)) {
                        assertThat(SharedModel.cosine(context.state(layer, at), states.embedding(prompt.length - 1)))
                                .isGreaterThan(0.999);
                    }
                }
            }
            assertThatIllegalArgumentException().isThrownBy(() -> context.state(6, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> context.state(7, last));
            assertThatIllegalArgumentException().isThrownBy(() -> plain.state(6, prompt.length - 1));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.watch(2 * prompt.length));

            // One that watches none.
            context.clearMemory();
            context.decode(alone);
            assertThatIllegalArgumentException().isThrownBy(() -> context.state(6, prompt.length - 1));
        }
    }

    @Test
    void refusesALayerThatTheModelDoesNotHave() {
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        LlamaContext.create(model, ContextOptions.of(256, 128).withWatchedLayers(List.of(30))))
                .withMessageContaining("layer 1 to 29, not 30");
        assertThatIllegalArgumentException()
                .isThrownBy(
                        () -> ContextOptions.of(256, 128).withUnifiedKv(false).withWatchedLayers(List.of(1)));
        assertThatIllegalArgumentException()
                .isThrownBy(() ->
                        LlamaContext.create(model, ContextOptions.of(256, 128).withHiddenLayer(31)))
                .withMessageContaining("layer 1 to 30, not 31");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContextOptions.of(256, 128).withSequences(2).withHiddenLayer(1))
                .withMessageContaining("1 sequence, not 2");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> ContextOptions.of(256, 128).withHiddenLayer(-1));
    }

    @Test
    void aContextKeepsItsAnswersWithOtherThreads() {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                TokenBatch batch = SharedModel.batch(prompt)) {
            context.decode(batch);
            float[] before = context.logits(prompt.length - 1);
            context.clearMemory();
            context.threads(2);
            context.decode(batch);
            assertThat(context.logits(prompt.length - 1))
                    .usingComparatorWithPrecision(1e-2f)
                    .containsExactly(before);
            assertThatIllegalArgumentException().isThrownBy(() -> context.threads(0));
        }
    }

    @Test
    void sequencesShareACopiedPrefix() {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(3));
                TokenBatch batch = TokenBatch.allocate(16, 3)) {
            for (int i = 0; i < prompt.length; i++) {
                batch.add(prompt[i], i, 0, false);
            }
            context.decode(batch);
            context.copySequence(0, 1, -1, -1);
            context.copySequence(0, 2, 0, 2);
            assertThat(context.lastPosition(1)).isEqualTo(prompt.length - 1);
            assertThat(context.lastPosition(2)).isEqualTo(1);
            batch.clear();
            int next = model.vocabulary().tokenize(" the", false)[0];
            int a = batch.add(next, prompt.length, 0, true);
            int b = batch.add(next, prompt.length, 1, true);
            context.decode(batch);
            assertThat(context.logits(a)).usingComparatorWithPrecision(1e-3f).containsExactly(context.logits(b));
            assertThat(context.removeSequence(1, prompt.length, -1)).isTrue();
            assertThat(context.lastPosition(1)).isEqualTo(prompt.length - 1);
            context.clearMemory();
            assertThat(context.lastPosition(0)).isEqualTo(-1);
        }
    }

    @Test
    void sequencesThatBeginAlikeShareTokensOfABatch() {
        int[] ends = model.vocabulary().tokenize(" red blue", false);
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(2));
                TokenBatch batch = TokenBatch.allocate(prompt.length + 2, 2)) {
            int[] both = {0, 1};
            for (int i = 0; i < prompt.length; i++) {
                batch.add(prompt[i], i, both, false);
            }
            int red = batch.add(ends[0], prompt.length, 0, true);
            int blue = batch.add(ends[1], prompt.length, 1, true);
            context.decode(batch);
            float[][] together = {context.logits(red), context.logits(blue)};
            for (int i = 0; i < ends.length; i++) {
                context.clearMemory();
                batch.clear();
                for (int position = 0; position < prompt.length; position++) {
                    batch.add(prompt[position], position, 0, false);
                }
                int end = batch.add(ends[i], prompt.length, 0, true);
                context.decode(batch);
                assertThat(together[i]).usingComparatorWithPrecision(0.5f).containsExactly(context.logits(end));
            }
        }
    }

    @Test
    void separateMemoriesCopyWholeSequencesOnly() {
        ContextOptions options = ContextOptions.of(512, 128).withSequences(2).withUnifiedKv(false);
        try (LlamaContext context = LlamaContext.create(model, options);
                TokenBatch batch = SharedModel.batch(prompt)) {
            assertThat(context.contextTokens()).isEqualTo(256);
            context.decode(batch);
            context.copySequence(0, 1, -1, -1);
            assertThat(context.lastPosition(1)).isEqualTo(prompt.length - 1);
            assertThatIllegalArgumentException().isThrownBy(() -> context.copySequence(0, 1, 0, 3));
        }
    }

    @Test
    void numbersThatWouldEndTheProcessAreRefused() {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(2));
                TokenBatch batch = TokenBatch.allocate(200, 8)) {
            assertThatIllegalArgumentException().isThrownBy(() -> context.decode(batch));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(-1, 0, 0, true));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(0, -1, 0, true));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(0, 0, 8, true));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(0, 0, new int[0], true));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(0, 0, new int[] {0, 8}, true));
            assertThatIllegalArgumentException().isThrownBy(() -> batch.add(0, 0, new int[9], true));
            batch.add(49_152, 0, 0, true);
            assertThatIllegalArgumentException().isThrownBy(() -> context.decode(batch));
            batch.clear();
            batch.add(1, 0, 2, true);
            assertThatIllegalArgumentException().isThrownBy(() -> context.decode(batch));
            batch.clear();
            for (int i = 0; i < 129; i++) {
                batch.add(1, i, 0, false);
            }
            assertThatIllegalArgumentException().isThrownBy(() -> context.decode(batch));
            for (int sequence : new int[] {-1, 2, 255}) {
                assertThatIllegalArgumentException().isThrownBy(() -> context.lastPosition(sequence));
                assertThatIllegalArgumentException().isThrownBy(() -> context.removeSequence(sequence, 0, -1));
                assertThatIllegalArgumentException().isThrownBy(() -> context.copySequence(0, sequence, -1, -1));
            }
            assertThatIllegalArgumentException().isThrownBy(() -> TokenBatch.allocate(0, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> ContextOptions.of(10, 20));
        }
    }

    @Test
    void onlyOutputsOfTheLastBatchCanBeRead() {
        try (LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
                TokenBatch batch = SharedModel.batch(prompt);
                TokenBatch gap = TokenBatch.allocate(1, 1)) {
            assertThatIllegalArgumentException().isThrownBy(() -> context.logits(0));
            context.decode(batch);
            assertThatIllegalArgumentException().isThrownBy(() -> context.logits(0));
            assertThatIllegalArgumentException().isThrownBy(() -> context.logits(-1));
            assertThatIllegalArgumentException().isThrownBy(() -> context.logits(prompt.length));
            gap.add(1, 100, 0, true);
            assertThatExceptionOfType(DecodeException.class)
                    .isThrownBy(() -> context.decode(gap))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.INVALID))
                    .withMessageContaining("llama_decode failed with code -1");
            assertThatIllegalArgumentException().isThrownBy(() -> context.logits(prompt.length - 1));
        }
    }

    @Test
    void aFullMemoryIsReportedAndLeftAsItWas() {
        try (LlamaContext context =
                        LlamaContext.create(model, ContextOptions.of(256, 128).withSequences(2));
                TokenBatch batch = TokenBatch.allocate(100, 2)) {
            for (int position = 0; position < 200; position += 100) {
                batch.clear();
                for (int i = 0; i < 100; i++) {
                    batch.add(1, position + i, 0, false);
                }
                context.decode(batch);
            }
            batch.clear();
            for (int i = 0; i < 100; i++) {
                batch.add(1, i, 1, false);
            }
            assertThatExceptionOfType(DecodeException.class)
                    .isThrownBy(() -> context.decode(batch))
                    .satisfies(e -> assertThat(e.reason()).isEqualTo(Reason.NO_KV_SPACE))
                    .withMessageContaining("code 1");
            assertThat(context.lastPosition(0)).isEqualTo(199);
            assertThat(context.lastPosition(1)).isEqualTo(-1);
        }
    }

    @Test
    void closedObjectsRefuseEveryCall() {
        LlamaContext context = LlamaContext.create(model, SharedModel.options(1));
        TokenBatch batch = SharedModel.batch(prompt);
        batch.close();
        batch.close();
        assertThatIllegalStateException().isThrownBy(() -> context.decode(batch));
        assertThatIllegalStateException().isThrownBy(() -> batch.add(1, 0, 0, true));
        assertThatIllegalStateException().isThrownBy(batch::clear);
        context.close();
        context.close();
        assertThatIllegalStateException().isThrownBy(() -> context.logits(0));
        assertThatIllegalStateException().isThrownBy(context::clearMemory);
        assertThatIllegalStateException().isThrownBy(() -> context.lastPosition(0));
    }
}
