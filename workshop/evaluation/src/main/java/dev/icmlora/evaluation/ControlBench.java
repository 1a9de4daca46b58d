package dev.icmlora.evaluation;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.llama.Sampler.SamplingOptions;
import dev.icmlora.llama.Vocabulary;
import dev.icmlora.trainer.session.BaseModelFiles;

/// An engine in this process, for what the function has no request for: answers under adapters made by other means, and
/// the probability of a text.
///
/// It is the function's engine with the function's options, so that the same adapter gives the same answers. Belongs to
/// one thread.
public final class ControlBench implements AutoCloseable {
    private final Engine engine;
    private final EngineSession session;
    private final TextScorer scorer;
    private final GeneratorFile file;

    private ControlBench(Engine engine, GeneratorFile file) {
        this.engine = engine;
        this.session = new EngineSession(engine, new Cancellation());
        this.scorer = new TextScorer(engine.model());
        this.file = file;
    }

    /// @throws dev.icmlora.engine.EngineStartException when the generator is of another base model, or a file cannot be
    ///         used
    public static ControlBench open(Installation installation, Path generator, int threads) {
        Engine engine = BaseModelFiles.of(installation).engine(generator.toFile(), threads);
        return new ControlBench(engine, GeneratorFile.read(generator));
    }

    public GeneratorFile file() {
        return file;
    }

    public PromptFormat format() {
        return engine.format();
    }

    TaskVector vector(Task task) {
        return session.fingerprint(task);
    }

    /// The latent that the function takes for a task: the mean of its prior.
    float[] latent(TaskVector vector) {
        return engine.generator().latent(vector);
    }

    /// The adapter of a latent.
    ///
    /// @param strength of the residual: 0 gives B0
    Adapter generate(float[] latent, float strength) {
        return engine.adapter(latent, strength);
    }

    /// An adapter with these B matrices and the A of all that are generated.
    Adapter adapter(List<NamedTensor> b) {
        ResidentShape shape = engine.adapterShape();
        return new Adapter(shape.layout(), shape.sharedA(), b);
    }

    /// The greedy answers, all in one request.
    ///
    /// @param adapter empty for the base model alone
    List<String> answer(Optional<Adapter> adapter, List<int[]> prompts, int maxTokens) {
        Decoding decoding = new Decoding(SamplingOptions.GREEDY, maxTokens, engine.stops(List.of()));
        return session.answer(scaled(adapter), prompts, decoding).texts();
    }

    /// A text that goes on as running text, without a description and without markup, after the space at which it was
    /// cut.
    Prompt continued(Example passage) {
        Vocabulary vocabulary = engine.model().model().vocabulary();
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

    /// Scores the text of a prompt's last answer, its end of turn aside.
    ///
    /// @param adapter empty for the base model alone
    /// @return summed negative log likelihood in nats
    double nats(Optional<Adapter> adapter, Prompt prompt) {
        return scorer.nats(adapter, prompt);
    }

    private static Optional<ScaledAdapter> scaled(Optional<Adapter> adapter) {
        return adapter.map(of -> new ScaledAdapter(of, 1));
    }

    @Override
    public void close() {
        scorer.close();
        engine.close();
    }
}
