package dev.icmlora.trainer.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import ai.djl.training.GradientCollector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.engine.Installation;
import dev.icmlora.engine.tune.TinyModel;
import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.engine.tune.TuningGradients;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.ggml.Quantisation;
import dev.icmlora.ggml.TensorInfo;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.trainer.torch.Torch;

/// Gradients of B as tuning computes them, by ggml graphs that are written back as well as forwards, beside those of
/// PyTorch, which differentiates the trainer's forward pass by itself: of the same file, adapter and examples.
class TuningGradientsTest {
    private static Installation installation;
    private static NDManager manager;
    /// By PyTorch, of the base model with B0, on three examples.
    private static Gradients ofTheBaseModel;

    @TempDir
    Path folder;

    @BeforeAll
    static void start() {
        installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        manager = Torch.start(1, Torch.cache(installation.root()));
        try (LlamaModel llama = LlamaModel.load(installation.model())) {
            ofTheBaseModel = byPyTorch(llama, shared(), examples(llama));
        }
    }

    @AfterAll
    static void close() {
        manager.close();
    }

    /// Every matrix of a layer is adapted. Two of its results are kept at 8 bits for the way back.
    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "ERNIE")
    void of_a_model_in_full_precision_they_are_the_same(Variant variant) {
        Path file = folder.resolve("tiny.gguf");
        TinyModel.write(file, GgmlType.F32, variant);
        List<Prompt> prompts = List.of(
                prompt(6, 3, 14, 15, 9, 2, 6, 5, 35),
                prompt(4, 3, 14, 15, 89, 79),
                prompt(7, 3, 14, 15, 89, 32, 38, 46, 26, 43, 38, 32, 79));
        try (LlamaModel llama = LlamaModel.load(file)) {
            Adapter adapter = TinyModel.adapter(variant);
            Comparison compared = Comparison.of(byPyTorch(llama, adapter, prompts), byTuning(llama, adapter, prompts));
            assertThat(compared.loss()).isCloseTo(compared.torchLoss(), within(2e-3));
            assertThat(compared.matrices()).allMatch(matrix -> matrix.cosine() > 0.9995 && matrix.error() < 0.03);
        }
    }

    /// The base model with its weights as 16-bit floats: the same blocks, heads and layers, and hardly any
    /// rounding on the way there, so that PyTorch's gradients are those of the base model. On the way back the
    /// transposed weights have 8 bits, since gradients may exceed 16-bit floats.
    @Test
    void of_the_base_model_in_half_precision_they_differ_by_the_way_back() {
        Path file = folder.resolve("half.gguf");
        writeHalf(file);
        Comparison compared = compare(file);
        assertThat(compared.loss()).isCloseTo(compared.torchLoss(), within(2e-3));
        assertThat(compared.whole().cosine()).isGreaterThan(0.99);
        assertThat(compared.whole().error()).isLessThan(0.12);
        assertThat(compared.matrices()).allMatch(matrix -> matrix.cosine() > 0.95 && matrix.error() < 0.3);
    }

    /// Each product rounds what it multiplies to 8 bits, and each weight was rounded once more where it is
    /// transposed: half a percent of a result. A gradient goes through some 14 products in each of 30 layers, there
    /// and back, and such errors grow with the square root of their number: to a tenth. In a single matrix most of
    /// the gradient may cancel, and the errors not.
    @Test
    void of_the_base_model_they_differ_by_what_is_rounded() {
        Comparison compared = compare(installation.model());
        assertThat(compared.loss()).isCloseTo(compared.torchLoss(), within(0.06));
        assertThat(compared.whole().cosine()).isGreaterThan(0.98);
        assertThat(compared.whole().error()).isLessThan(0.2);
        assertThat(compared.matrices()).allMatch(matrix -> matrix.cosine() > 0.85 && matrix.error() < 0.6);
    }

    private static void writeHalf(Path path) {
        try (GgufFile model = GgufFile.open(installation.model())) {
            GgufWriter half = new GgufWriter();
            model.keys().forEach(key -> half.copy(model, key));
            for (TensorInfo tensor : model.tensors()) {
                GgmlType type = tensor.shape().length == 1 ? GgmlType.F32 : GgmlType.F16;
                int row = Math.toIntExact(tensor.shape()[0]);
                byte[] data = Quantisation.fromFloats(type, model.floats(tensor), row);
                half.tensor(tensor.name(), type, tensor.shape(), data);
            }
            half.write(path);
        }
    }

    /// Tuning's of a file of the base model beside PyTorch's.
    private static Comparison compare(Path file) {
        try (LlamaModel llama = LlamaModel.load(file)) {
            return Comparison.of(ofTheBaseModel, byTuning(llama, shared(), examples(llama)));
        }
    }

    private static List<Prompt> examples(LlamaModel llama) {
        PromptFormat format = PromptFormat.of(llama);
        return Stream.of(
                        new Example("I walk home.", "I walked home."),
                        new Example("She sings a song.", "She sang a song."),
                        new Example("They buy bread.", "They bought bread."))
                .map(example -> format.packed("Put the verb into the past tense.", List.of(example)))
                .toList();
    }

    private static Prompt prompt(int answerStart, int... tokens) {
        return new Prompt(tokens, -1, List.of(new Prompt.Answer(answerStart, tokens.length)));
    }

    /// The shared adapter (B0) of the installation.
    private static Adapter shared() {
        GeneratorFile file = GeneratorFile.read(installation.generator());
        float[] anywhere = new float[file.manifest().architecture().latent()];
        try (Backend backend = Backend.cpu(1);
                Generator generator = Generator.load(file, backend)) {
            return generator.generate(anywhere, 0);
        }
    }

    private record Gradients(double loss, List<float[]> ofB) {}

    /// @param loss that tuning computes
    /// @param torchLoss that PyTorch computes
    /// @param matrices the gradients of each B
    /// @param whole all of them as one vector
    private record Comparison(double loss, double torchLoss, List<Likeness> matrices, Likeness whole) {
        static Comparison of(Gradients torch, Gradients tuning) {
            List<Likeness> matrices = IntStream.range(0, torch.ofB.size())
                    .mapToObj(i -> Likeness.of(torch.ofB.get(i), tuning.ofB.get(i)))
                    .toList();
            return new Comparison(
                    tuning.loss, torch.loss, matrices, Likeness.of(joined(torch.ofB), joined(tuning.ofB)));
        }
    }

    /// How alike a gradient of tuning's is to PyTorch's.
    ///
    /// @param error how far they are apart, of PyTorch's length
    private record Likeness(double cosine, double error) {
        static Likeness of(float[] torch, float[] tuning) {
            double dot = 0;
            double torchSquare = 0;
            double tuningSquare = 0;
            double differenceSquare = 0;
            for (int i = 0; i < torch.length; i++) {
                dot += (double) torch[i] * tuning[i];
                torchSquare += (double) torch[i] * torch[i];
                tuningSquare += (double) tuning[i] * tuning[i];
                differenceSquare += Math.pow((double) tuning[i] - torch[i], 2);
            }
            return new Likeness(dot / Math.sqrt(torchSquare * tuningSquare), Math.sqrt(differenceSquare / torchSquare));
        }
    }

    private static Gradients byTuning(LlamaModel llama, Adapter adapter, List<Prompt> prompts) {
        TuningGradients tuning = TuningGradients.of(llama, adapter, prompts);
        return new Gradients(tuning.loss(), tuning.ofB());
    }

    private static Gradients byPyTorch(LlamaModel llama, Adapter adapter, List<Prompt> prompts) {
        try (NDManager scope = manager.newSubManager();
                BaseModel model = BaseModel.of(llama, scope, BaseModel.Precision.F32)) {
            Lora lora = lora(scope, adapter);
            lora.b().forEach(b -> b.setRequiresGradient(true));
            Batch batch = Batch.of(List.of(new Batch.Sample(prompts, 0)));
            float loss;
            try (GradientCollector collector = Engine.getInstance().newGradientCollector()) {
                NDArray mean = model.losses(scope, batch, lora).losses().mean();
                loss = mean.getFloat();
                collector.backward(mean);
            }
            return new Gradients(
                    loss,
                    lora.b().stream().map(b -> b.getGradient().toFloatArray()).toList());
        }
    }

    private static float[] joined(List<float[]> matrices) {
        FloatBuffer all = FloatBuffer.allocate(
                matrices.stream().mapToInt(matrix -> matrix.length).sum());
        matrices.forEach(all::put);
        return all.array();
    }

    private static Lora lora(NDManager scope, Adapter adapter) {
        AdapterLayout layout = adapter.layout();
        List<NDArray> a = adapter.fixed().stream()
                .map(tensor -> scope.create(Halves.fromF16(tensor.data()), new Shape(layout.rank(), tensor.shape()[0])))
                .toList();
        List<NDArray> b = adapter.generated().stream()
                .map(tensor ->
                        scope.create(Halves.fromF16(tensor.data()), new Shape(1, tensor.shape()[1], layout.rank())))
                .toList();
        return new Lora(layout.modules(), a, b, layout.alpha() / layout.rank());
    }
}
