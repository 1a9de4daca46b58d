package dev.icmlora.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.trainer.torch.Torch;

class AttentionMomentsTest {
    private static final int VOCABULARY = 50;
    private static final int IN = TinyModel.HIDDEN;
    private static final int[] LONGER = IntStream.range(0, 40).toArray();
    private static final int[] SHORTER = IntStream.range(30, 48).toArray();
    private static final List<Batch.Sample> SAMPLES = List.of(sample(LONGER), sample(SHORTER));

    @TempDir
    private static Path scratch;

    private static NDManager manager;
    private static BaseModel model;
    private static float[] embeddings;
    private static float[] norm;
    private static float[] outputNorm;

    @BeforeAll
    static void load() {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        manager = Torch.start(1, Torch.cache(installation.root()));
        Path file = scratch.resolve("tiny.gguf");
        TinyModel.write(file, VOCABULARY);
        model = BaseModel.load(file, manager, BaseModel.Precision.F32);
        try (GgufFile gguf = GgufFile.open(file)) {
            embeddings = gguf.floats(gguf.tensor("token_embd.weight").orElseThrow());
            norm = gguf.floats(gguf.tensor("blk.0.attn_norm.weight").orElseThrow());
            outputNorm = gguf.floats(gguf.tensor("output_norm.weight").orElseThrow());
        }
    }

    @AfterAll
    static void close() {
        model.close();
        manager.close();
    }

    /// The last token of a prompt is never read, and no padding counts.
    @Test
    void the_first_layers_directions_are_those_of_its_normed_embeddings() {
        double[][] moment = new double[IN][IN];
        for (int[] tokens : List.of(LONGER, SHORTER)) {
            for (int t = 0; t < tokens.length - 1; t++) {
                add(moment, normed(embedding(tokens[t]), norm));
            }
        }
        double mean = IntStream.range(0, IN).mapToDouble(i -> moment[i][i]).sum() / IN;

        try (NDManager scope = manager.newSubManager();
                AttentionMoments moments = new AttentionMoments(model, scope)) {
            moments.add(SAMPLES, lora(scope));
            NDArray directions = moments.directions(scope, 0, 5);

            assertThat(directions.getShape()).isEqualTo(new Shape(5, IN));
            double before = Double.MAX_VALUE;
            for (int d = 0; d < 5; d++) {
                float[] direction = directions.get(d).toFloatArray();
                double[] image = times(moment, direction);
                assertThat(dot(image, direction)).isCloseTo(mean, within(1e-3 * mean));
                double eigenvalue = Math.sqrt(dot(image, image) / dot(direction, direction));
                for (int i = 0; i < IN; i++) {
                    assertThat(image[i]).isCloseTo(eigenvalue * direction[i], within(1e-2 * eigenvalue));
                }
                assertThat(eigenvalue).isLessThan(before);
                before = eigenvalue;
            }
        }
    }

    @Test
    void layer_by_layer_the_states_become_what_the_whole_model_makes_of_the_tokens() {
        try (NDManager scope = manager.newSubManager()) {
            Batch batch = Batch.of(SAMPLES);
            Lora lora = lora(scope);
            float[] states = new float[batch.tokens().length * IN];
            for (int cell = 0; cell < batch.tokens().length; cell++) {
                System.arraycopy(embeddings, (int) batch.tokens()[cell] * IN, states, cell * IN, IN);
            }
            NDArray after = scope.create(states, new Shape(batch.samples(), batch.length(), IN));
            for (int layer = 0; layer < TinyModel.LAYERS; layer++) {
                after = model.after(scope, layer, after, batch, lora);
            }

            float[] last = after.reshape(-1, IN).get(batch.rows()[0]).toFloatArray();
            float[] state = normed(last, outputNorm);
            float[] expected = model.logits(scope, batch, lora).get(0).toFloatArray();
            for (int token = 0; token < VOCABULARY; token++) {
                double logit = dot(asDoubles(embedding(token)), state);
                assertThat((float) logit).isCloseTo(expected[token], within(1e-3f));
            }
        }
    }

    private static Batch.Sample sample(int[] tokens) {
        return new Batch.Sample(
                new Prompt(tokens, -1, List.of(new Prompt.Answer(tokens.length - 3, tokens.length))), 0);
    }

    /// An adapter that changes something in every module.
    private static Lora lora(NDManager scope) {
        SplittableRandom random = new SplittableRandom(4);
        List<NDArray> a = IntStream.range(0, 2 * TinyModel.LAYERS)
                .mapToObj(i -> random(scope, random, 2, IN))
                .toList();
        List<NDArray> b = IntStream.range(0, 2 * TinyModel.LAYERS)
                .mapToObj(i -> random(scope, random, 1, i % 2 == 0 ? IN : IN / 2, 2))
                .toList();
        return new Lora(List.of("attn_q", "attn_v"), a, b, 2);
    }

    private static NDArray random(NDManager scope, SplittableRandom random, long... extents) {
        Shape shape = new Shape(extents);
        float[] values = new float[(int) shape.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) random.nextGaussian() / 4;
        }
        return scope.create(values, shape);
    }

    private static float[] embedding(int token) {
        float[] embedding = new float[IN];
        System.arraycopy(embeddings, token * IN, embedding, 0, IN);
        return embedding;
    }

    private static float[] normed(float[] state, float[] weight) {
        double length = Math.sqrt(dot(asDoubles(state), state) / IN + 1e-5);
        float[] normed = new float[IN];
        for (int i = 0; i < IN; i++) {
            normed[i] = (float) (state[i] / length * weight[i]);
        }
        return normed;
    }

    private static void add(double[][] moment, float[] x) {
        for (int i = 0; i < IN; i++) {
            for (int k = 0; k < IN; k++) {
                moment[i][k] += (double) x[i] * x[k];
            }
        }
    }

    private static double[] times(double[][] matrix, float[] x) {
        return IntStream.range(0, IN).mapToDouble(i -> dot(matrix[i], x)).toArray();
    }

    private static double[] asDoubles(float[] x) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i]).toArray();
    }

    private static double dot(double[] x, float[] y) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
    }

    private static double dot(double[] x, double[] y) {
        return IntStream.range(0, x.length).mapToDouble(i -> x[i] * y[i]).sum();
    }

    private static double dot(float[] x, float[] y) {
        return dot(asDoubles(x), y);
    }
}
