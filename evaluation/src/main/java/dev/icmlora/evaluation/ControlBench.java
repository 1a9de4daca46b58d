package dev.icmlora.evaluation;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.network.BaseModelId;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Fingerprinter;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.llama.Vocabulary;

/// The base model and the generator in this process, for what the function has no request for: answers under adapters
/// made by other means, and the probability of a text.
///
/// It uses the parts and the context sizes of the function, so that the same adapter gives the same answers. Belongs to
/// one thread; owns every native object in it.
public final class ControlBench implements AutoCloseable {
    private static final int CONTEXT = 4096;
    private static final int BATCH = 512;
    private static final int SEQUENCES = 8;

    private final GeneratorFile file;
    private final LlamaModel model;
    private final PromptFormat format;
    private final Backend backend;
    private final Generator generator;
    private final LlamaContext reading;
    private final Fingerprinter fingerprinter;
    private final LlamaContext base;
    private final LlamaContext adapted;
    private final GreedyDecoder plain;
    private final GreedyDecoder decoder;
    private final ResidentAdapter resident;
    private final TokenBatch batch;

    private ControlBench(Installation installation, Path generatorFile, int threads) throws IOException {
        NativeLibraries.load(installation.nativeDirectory());
        this.file = GeneratorFile.read(generatorFile);
        this.model = LlamaModel.load(installation.model(), ModelOptions.DEFAULT);
        this.format = PromptFormat.of(model);
        file.manifest()
                .requireMatch(
                        BaseModelId.of(model.metadata("general.name").orElse("unnamed"), installation.model()),
                        format.fingerprint());
        this.backend = Backend.best(threads);
        this.generator = Generator.load(file, backend);
        this.reading = LlamaContext.create(
                model,
                new ContextOptions(
                        CONTEXT,
                        BATCH,
                        BATCH,
                        1,
                        threads,
                        file.manifest().architecture().vectorLayer(),
                        true));
        this.fingerprinter = new Fingerprinter(format, reading, model.hiddenSize(), BATCH);
        ContextOptions options =
                new ContextOptions(CONTEXT, BATCH, BATCH, SEQUENCES, threads, ContextOptions.LOGITS, true);
        this.base = LlamaContext.create(model, options);
        this.adapted = LlamaContext.create(model, options);
        this.plain = new GreedyDecoder(base, SEQUENCES);
        this.decoder = new GreedyDecoder(adapted, SEQUENCES);
        this.resident = ResidentAdapter.create(
                model,
                generator
                        .generate(new float[generator.manifest().architecture().latent()])
                        .gguf());
        this.resident.attach(adapted, 1);
        this.batch = TokenBatch.allocate(BATCH, 1);
    }

    /// @throws dev.icmlora.generator.network.InvalidGeneratorException when the generator is of another base model
    /// @throws IOException when the base model's file cannot be read
    public static ControlBench open(Installation installation, Path generator, int threads) throws IOException {
        return new ControlBench(installation, generator, threads);
    }

    public GeneratorFile file() {
        return file;
    }

    public PromptFormat format() {
        return format;
    }

    TaskVector vector(Task task) {
        return fingerprinter.of(task);
    }

    /// The latent that the function takes for a task: the mean of its prior.
    float[] latent(TaskVector vector) {
        return generator.prior(vector).mean();
    }

    /// The B matrices of a latent.
    ///
    /// @param strength of the residual: 0 gives B0
    List<NamedTensor> generate(float[] latent, float strength) {
        return generator
                .generate(List.of(latent), new float[] {strength})
                .getFirst()
                .generated();
    }

    /// The greedy answers of the base model.
    List<String> answer(List<int[]> prompts, int maxTokens) {
        return plain.answer(prompts, maxTokens);
    }

    /// The greedy answers under an adapter.
    List<String> answer(List<NamedTensor> adapter, List<int[]> prompts, int maxTokens) {
        resident.apply(adapter);
        return decoder.answer(prompts, maxTokens);
    }

    /// A text that goes on as running text, without a description and without markup, after the space at which it was
    /// cut.
    Prompt continued(Example passage) {
        Vocabulary vocabulary = model.vocabulary();
        IntStream.Builder tokens = IntStream.builder();
        if (vocabulary.addsBos()) {
            vocabulary.bos().ifPresent(tokens);
        }
        Arrays.stream(vocabulary.tokenize(passage.input(), false)).forEach(tokens);
        int[] opening = tokens.build().toArray();
        int[] all = IntStream.concat(
                        Arrays.stream(opening), Arrays.stream(vocabulary.tokenize(" " + passage.output(), false)))
                .toArray();
        // No end of turn follows, but the range counts one.
        return new Prompt(all, -1, List.of(new Prompt.Answer(opening.length, all.length + 1)));
    }

    /// How improbable the base model finds the text of a prompt's last answer, its end of turn aside.
    ///
    /// @return summed negative log likelihood in nats
    double nats(Prompt prompt) {
        return nats(base, prompt);
    }

    /// The same under an adapter.
    double nats(List<NamedTensor> adapter, Prompt prompt) {
        resident.apply(adapter);
        return nats(adapted, prompt);
    }

    private double nats(LlamaContext context, Prompt prompt) {
        double[] nats = {0};
        predict(context, prompt, (token, logits) -> nats[0] += logSum(logits) - logits[token]);
        return nats[0];
    }

    /// KL(p || q) of the next token under two adapters, in nats, mean over the answers' tokens.
    double divergence(List<NamedTensor> p, List<NamedTensor> q, List<Prompt> prompts) {
        double sum = 0;
        int tokens = 0;
        for (Prompt prompt : prompts) {
            List<float[]> expected = new ArrayList<>();
            resident.apply(p);
            predict(adapted, prompt, (_, logits) -> expected.add(logits));
            List<float[]> actual = new ArrayList<>();
            resident.apply(q);
            predict(adapted, prompt, (_, logits) -> actual.add(logits));
            for (int i = 0; i < expected.size(); i++) {
                sum += divergence(expected.get(i), actual.get(i));
            }
            tokens += expected.size();
        }
        return sum / tokens;
    }

    private static double divergence(float[] p, float[] q) {
        double logSumOfP = logSum(p);
        double logSumOfQ = logSum(q);
        double sum = 0;
        for (int i = 0; i < p.length; i++) {
            double logP = p[i] - logSumOfP;
            sum += Math.exp(logP) * (logP - q[i] + logSumOfQ);
        }
        return sum;
    }

    /// What is predicted at each token of the last answer, its end of turn aside.
    private interface Prediction {
        void at(int token, float[] logits);
    }

    private void predict(LlamaContext context, Prompt prompt, Prediction prediction) {
        int[] tokens = prompt.tokens();
        Prompt.Answer answer = prompt.answers().getLast();
        int end = answer.to() - 1;
        context.clearMemory();
        for (int from = 0; from < end - 1; from += BATCH) {
            int to = Math.min(end - 1, from + BATCH);
            batch.clear();
            for (int i = from; i < to; i++) {
                batch.add(tokens[i], i, 0, i >= answer.from() - 1);
            }
            context.decode(batch);
            for (int i = Math.max(from, answer.from() - 1); i < to; i++) {
                prediction.at(tokens[i + 1], context.logits(i - from));
            }
        }
        context.clearMemory();
    }

    private static double logSum(float[] logits) {
        float greatest = Float.NEGATIVE_INFINITY;
        for (float logit : logits) {
            greatest = Math.max(greatest, logit);
        }
        double sum = 0;
        for (float logit : logits) {
            sum += Math.exp(logit - greatest);
        }
        return Math.log(sum) + greatest;
    }

    @Override
    public void close() {
        batch.close();
        resident.close();
        decoder.close();
        plain.close();
        adapted.close();
        base.close();
        fingerprinter.close();
        reading.close();
        generator.close();
        backend.close();
        model.close();
    }
}
