package dev.icmlora.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.trainer.torch.Torch;

/// The forward pass that trains against the one that serves: llama.cpp on the quantised file.
///
/// llama.cpp quantises activations to 8 bits before each product with a quantised matrix, and we round to bfloat16
/// where the processor has it, so the two differ by noise: the next-token distributions have a mean KL divergence of
/// some hundredths of a nat, 0.020 on one kind of processor and 0.021 on another. An error in the architecture (a wrong
/// rotation, a wrong mask) gives whole nats.
class BaseModelTest {
    private static final double MEAN_KL = 0.03;
    private static final int RANK = 4;
    private static final float ALPHA = 8;
    private static final List<String> ATTENTION = List.of("attn_q", "attn_v");

    private static LlamaModel llama;
    private static PromptFormat format;
    private static NDManager manager;
    private static BaseModel model;

    @BeforeAll
    static void load() {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        llama = LlamaModel.load(installation.model());
        format = PromptFormat.of(llama);
        manager = Torch.start(1, Torch.cache(installation.root()));
        model = BaseModel.of(llama, manager, BaseModel.Precision.FASTEST);
    }

    @AfterAll
    static void close() {
        model.close();
        manager.close();
        llama.close();
    }

    @Test
    void predicts_what_llama_cpp_predicts() {
        Prompt prompt = prompt();
        try (NDManager scope = manager.newSubManager()) {
            Lora none = lora(scope, new Matrices(0));
            assertClose(logits(scope, prompt, none), llamaLogits(prompt, null));
        }
    }

    private static Stream<Arguments> adapters() {
        return Stream.of(
                Arguments.of(ATTENTION, 0.3f),
                Arguments.of(List.of("attn_output", "ffn_down"), 0.1f),
                Arguments.of(BaseModelConfig.MODULES, 0.07f));
    }

    @ParameterizedTest
    @MethodSource("adapters")
    void an_adapter_changes_both_in_the_same_way(List<String> modules, float deviation) {
        Prompt prompt = prompt();
        Matrices matrices = new Matrices(modules, deviation);
        try (NDManager scope = manager.newSubManager();
                LoraAdapter adapter = LoraAdapter.load(llama, matrices.gguf())) {
            float[][] adapted = logits(scope, prompt, lora(scope, matrices));
            assertClose(adapted, llamaLogits(prompt, adapter));
            assertThat(meanDivergence(adapted, llamaLogits(prompt, null))).isGreaterThan(10 * MEAN_KL);
        }
    }

    @Test
    void a_module_that_there_is_not_is_told_which_there_are() {
        assertThatThrownBy(() -> model.config().layout(List.of("attn_q", "q_proj"), RANK, ALPHA))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "\"q_proj\" is no module of a layer; there are attn_q, attn_k, attn_v, attn_output, ffn_gate,"
                                + " ffn_up, ffn_down");
    }

    @Test
    void each_sample_has_its_own_adapter_and_padding_changes_nothing() {
        Prompt longer = prompt();
        Prompt shorter = format.packed("", List.of(new Example("ja", "nein")));
        Matrices matrices = new Matrices(0.3f);
        try (NDManager scope = manager.newSubManager()) {
            Lora none = lora(scope, new Matrices(0));
            Lora one = lora(scope, matrices);
            List<NDArray> both = new ArrayList<>();
            for (int i = 0; i < one.b().size(); i++) {
                both.add(none.b().get(i).concat(one.b().get(i), 0));
            }
            Batch mixed = Batch.of(List.of(new Batch.Sample(shorter, 1), new Batch.Sample(longer, 0)));
            float[][] together = rows(model.logits(scope, mixed, new Lora(ATTENTION, one.a(), both, one.scale())));

            float[][] shorterAlone = logits(scope, shorter, one);
            float[][] longerAlone = logits(scope, longer, none);
            for (int i = 0; i < shorterAlone.length; i++) {
                assertThat(divergence(shorterAlone[i], together[i])).isLessThan(0.003);
            }
            for (int i = 0; i < longerAlone.length; i++) {
                assertThat(divergence(longerAlone[i], together[shorterAlone.length + i]))
                        .isLessThan(0.003);
            }
        }
    }

    @Test
    void prompts_that_share_their_beginning_are_predicted_as_each_alone() {
        List<Prompt> prompts = Stream.of(
                        new Example("France", "Paris"),
                        new Example("Peru", "Lima"),
                        new Example("Ivory Coast", "Abidjan"))
                .map(example -> format.packed("Name the capital of the country.", List.of(example)))
                .toList();
        try (NDManager scope = manager.newSubManager()) {
            Lora lora = lora(scope, new Matrices(0.3f));
            Batch.Sample sample = new Batch.Sample(prompts, 0);
            int alone =
                    prompts.stream().mapToInt(prompt -> prompt.tokens().length).sum();
            assertThat(sample.length()).isLessThan(alone * 2 / 3);
            // Another row, longer than the first, pads it.
            Batch batch = Batch.of(List.of(sample, new Batch.Sample(prompt(), 0)));
            float[][] together = rows(model.logits(scope, batch, lora));

            int next = 0;
            for (Prompt prompt : prompts) {
                for (float[] expected : logits(scope, prompt, lora)) {
                    assertThat(divergence(expected, together[next++])).isLessThan(0.003);
                }
            }
        }
    }

    private static Prompt prompt() {
        return format.packed(
                "Name the capital of the country.",
                List.of(
                        new Example("France", "Paris"),
                        new Example("Japan", "Tokyo"),
                        new Example("Egypt", "Cairo"),
                        new Example("Peru", "Lima")));
    }

    private static float[][] logits(NDManager scope, Prompt prompt, Lora lora) {
        return rows(model.logits(scope, Batch.of(List.of(new Batch.Sample(prompt, 0))), lora));
    }

    private static float[][] rows(NDArray logits) {
        float[] all = logits.toFloatArray();
        int width = (int) logits.getShape().get(1);
        float[][] rows = new float[all.length / width][width];
        for (int i = 0; i < rows.length; i++) {
            System.arraycopy(all, i * width, rows[i], 0, width);
        }
        return rows;
    }

    private static float[][] llamaLogits(Prompt prompt, LoraAdapter adapter) {
        ContextOptions options = ContextOptions.of(512, 512).withUnifiedKv(false);
        try (LlamaContext context = LlamaContext.create(llama, options);
                TokenBatch batch = TokenBatch.allocate(512, 1)) {
            if (adapter != null) {
                adapter.attach(context, 1);
            }
            int[] tokens = prompt.tokens();
            for (int i = 0; i < tokens.length; i++) {
                batch.add(tokens[i], i, 0, true);
            }
            context.decode(batch);
            List<float[]> logits = new ArrayList<>();
            for (Prompt.Answer answer : prompt.answers()) {
                for (int t = answer.from(); t < answer.to(); t++) {
                    logits.add(context.logits(t - 1));
                }
            }
            return logits.toArray(float[][]::new);
        }
    }

    private static void assertClose(float[][] ours, float[][] theirs) {
        assertThat(ours.length).isEqualTo(theirs.length);
        assertThat(meanDivergence(ours, theirs)).isLessThan(MEAN_KL);
        int same = 0;
        for (int i = 0; i < ours.length; i++) {
            same += argmax(ours[i]) == argmax(theirs[i]) ? 1 : 0;
        }
        assertThat(same).isGreaterThanOrEqualTo(ours.length - 1);
    }

    private static double meanDivergence(float[][] ours, float[][] theirs) {
        double sum = 0;
        for (int i = 0; i < ours.length; i++) {
            sum += divergence(theirs[i], ours[i]);
        }
        return sum / ours.length;
    }

    /// KL(p || q) in nats.
    private static double divergence(float[] p, float[] q) {
        double[] logP = logSoftmax(p);
        double[] logQ = logSoftmax(q);
        double sum = 0;
        for (int i = 0; i < logP.length; i++) {
            sum += Math.exp(logP[i]) * (logP[i] - logQ[i]);
        }
        return sum;
    }

    private static double[] logSoftmax(float[] logits) {
        double max = logits[argmax(logits)];
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - max);
        }
        double[] result = new double[logits.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = logits[i] - max - Math.log(sum);
        }
        return result;
    }

    private static int argmax(float[] values) {
        int best = 0;
        for (int i = 1; i < values.length; i++) {
            best = values[i] > values[best] ? i : best;
        }
        return best;
    }

    private static Lora lora(NDManager scope, Matrices matrices) {
        List<NDArray> a = new ArrayList<>();
        List<NDArray> b = new ArrayList<>();
        for (int i = 0; i < matrices.a.size(); i++) {
            float[] down = matrices.a.get(i);
            a.add(scope.create(down, new Shape(RANK, down.length / RANK)));
            float[] up = matrices.b.get(i);
            b.add(scope.create(up, new Shape(1, up.length / RANK, RANK)));
        }
        return new Lora(matrices.layout.modules(), a, b, ALPHA / RANK);
    }

    /// Random LoRA matrices for some modules of each layer, the same for both sides.
    private static final class Matrices {
        private final AdapterLayout layout;
        private final List<float[]> a = new ArrayList<>();
        private final List<float[]> b = new ArrayList<>();

        Matrices(float deviation) {
            this(ATTENTION, deviation);
        }

        Matrices(List<String> modules, float deviation) {
            layout = model.config().layout(modules, RANK, ALPHA);
            SplittableRandom random = new SplittableRandom(7);
            for (int layer = 0; layer < layout.layers(); layer++) {
                for (Target target : layout.targets()) {
                    a.add(random(random, RANK * target.in(), (float) (1 / Math.sqrt(target.in()))));
                    b.add(random(random, target.out() * RANK, deviation));
                }
            }
        }

        private static float[] random(SplittableRandom random, int length, float deviation) {
            float[] values = new float[length];
            for (int i = 0; i < length; i++) {
                values[i] = (float) (deviation * random.nextGaussian());
            }
            return values;
        }

        byte[] gguf() {
            GgufWriter file = new GgufWriter()
                    .string("general.type", "adapter")
                    .string("general.architecture", "llama")
                    .string("adapter.type", "lora")
                    .float32("adapter.lora.alpha", ALPHA);
            int i = 0;
            for (int layer = 0; layer < layout.layers(); layer++) {
                for (Target target : layout.targets()) {
                    file.tensor(
                            AdapterLayout.nameOfA(layer, target),
                            GgmlType.F16,
                            new long[] {target.in(), RANK},
                            Halves.toF16(a.get(i)));
                    file.tensor(
                            AdapterLayout.nameOfB(layer, target),
                            GgmlType.F16,
                            new long[] {RANK, target.out()},
                            Halves.toF16(b.get(i++)));
                }
            }
            return file.toBytes();
        }
    }
}
