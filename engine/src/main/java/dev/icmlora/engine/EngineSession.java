package dev.icmlora.engine;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.IntConsumer;
import java.util.function.LongConsumer;
import java.util.function.Supplier;

import dev.icmlora.engine.encode.TextEncoder;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.request.ComputationFailedException;
import dev.icmlora.engine.request.EngineObserver.Observed;
import dev.icmlora.engine.request.Spent;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.tune.PausedTuning;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Pace;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.engine.worker.Worker;
import dev.icmlora.engine.worker.Worker.Answers;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.Fingerprinter.Reading;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.ggml.NativeException;

/// One request's use of the engine: its cancellation, its observer, and what is computed for it.
///
/// Its methods wait until a worker has done what they ask for. They throw
/// [CancelledException] once no client waits any more, [dev.icmlora.engine.request.EngineClosedException] when the
/// engine stops, and [ComputationFailedException] where native code failed. Belongs to the request's thread.
public final class EngineSession {

    /// How many times longer than reckoned work may take: others come, and processors get slower.
    private static final int MARGIN = 2;

    private final Engine engine;
    private final Cancellation cancellation;
    private final Observed observed;
    private final AtomicReference<Spent> spent;

    public EngineSession(Engine engine, Cancellation cancellation) {
        this(engine, cancellation, _ -> {});
    }

    /// The same where tokens are counted.
    ///
    /// @param computed is called from any thread as tokens are computed: those of answers and of texts that are
    /// read, and those of each tuning step's examples
    public EngineSession(Engine engine, Cancellation cancellation, IntConsumer computed) {
        this(
                engine,
                cancellation,
                counting(engine.observer().request(), computed),
                new AtomicReference<>(Spent.NOTHING));
    }

    private EngineSession(Engine engine, Cancellation cancellation, Observed observed, AtomicReference<Spent> spent) {
        this.engine = engine;
        this.cancellation = cancellation;
        this.observed = observed;
        this.spent = spent;
    }

    private static Observed counting(Observed observer, IntConsumer computed) {
        return new Observed() {
            @Override
            public <T> T phase(String name, Supplier<T> work) {
                return observer.phase(name, work);
            }

            @Override
            public void computed(int tokens) {
                computed.accept(tokens);
            }
        };
    }

    /// For work of this request that another thread does, and that goes on where the request is cancelled. Its time and
    /// its tokens count here.
    public EngineSession with(Cancellation other) {
        return new EngineSession(engine, other, observed, spent);
    }

    public Engine engine() {
        return engine;
    }

    /// @throws CancelledException if no client waits any more
    public void check() {
        cancellation.check();
    }

    /// What was computed for it so far.
    public Spent spent() {
        return spent.get();
    }

    private void took(Spent more) {
        spent.accumulateAndGet(more, Spent::plus);
    }

    /// The encoder's vectors of texts, each of length 1. What is longer than it reads is cut.
    ///
    /// @throws java.util.NoSuchElementException if the engine has no encoder
    public List<float[]> encode(List<String> texts) {
        var encoder = engine.encoder().orElseThrow();
        return observed.phase("encode", () -> {
            var worker = idlest();
            var encoding = encoder.begin(texts);
            while (!encoding.isDone()) {
                observed.computed(await(worker.run(() -> piece(encoding, encoder.pace()), cancellation)));
            }
            return encoding.vectors();
        });
    }

    private int piece(TextEncoder.Encoding encoding, Pace pace) {
        var start = System.nanoTime();
        var read = encoding.advance(engine.threadsOfEach());
        var nanos = System.nanoTime() - start;
        pace.read(read, nanos);
        took(Spent.reading(0, read));
        return read;
    }

    /// @throws UnusableInputException if the task is longer than the context
    public TaskVector fingerprint(Task task) {
        var prompt = packed(task);
        var tokens = prompt.tokens().length;
        var vector = observed.phase(
                "fingerprint",
                () -> read(
                        tokens, reader -> reader.fingerprinter().begin(prompt), time -> took(Spent.reading(time, 0))));
        took(Spent.reading(0, tokens));
        return vector;
    }

    /// @throws UnusableInputException if the task is longer than the context
    public int tokensOfFingerprint(Task task) {
        return packed(task).tokens().length;
    }

    private Prompt packed(Task task) {
        var prompt = engine.format().packed(task.description(), task.examples());
        var tokens = prompt.tokens().length;
        if (tokens > engine.contextTokens()) {
            throw new UnusableInputException(
                    "task",
                    engine.contextTokens(),
                    tokens,
                    "/task has %d tokens, more than the context of %d".formatted(tokens, engine.contextTokens()));
        }
        return prompt;
    }

    /// Reads a text piece by piece, between which the worker does what others want.
    ///
    /// @param spent takes the time of each piece, in nanoseconds
    private <T> T read(int length, Function<StatesReader, Reading<T>> begin, LongConsumer spent) {
        var worker = idlest();
        var reader = engine.reader(worker, length);
        try (var _ = reader.enter(cancellation)) {
            var reading = begin.apply(reader);
            while (!reading.isDone()) {
                observed.computed(await(worker.run(() -> piece(reading, spent, worker.pace()), cancellation)));
            }
            return reading.result();
        }
    }

    private static int piece(Reading<?> reading, LongConsumer spent, Pace pace) {
        var start = System.nanoTime();
        var read = reading.advance();
        var nanos = System.nanoTime() - start;
        pace.read(read, nanos);
        spent.accept(nanos);
        return read;
    }

    /// Seconds that reading takes at most, where it has one of so many turns of the worker.
    private double seconds(int tokens, int turns) {
        return MARGIN * tokens * idlest().pace().seconds() * turns;
    }

    /// Has what can be left out end in time for what follows, which takes as long as reading so many tokens.
    public void leaveTimeFor(int tokens) {
        // What can be left out is among what the worker has to do now.
        cancellation.leave(() -> seconds(tokens, Math.max(1, idlest().load())));
    }

    /// Whether there is time to read so many tokens before what follows; of none, whether it has not come yet.
    public boolean hasTimeFor(int tokens) {
        return seconds(tokens, 1 + idlest().load()) <= cancellation.secondsToSpare();
    }

    /// Work that can be left out, by a session of its own: empty where there is no time for it, or the time for what
    /// follows comes before its end.
    ///
    /// @param tokens that take as long to read
    public <T> Optional<T> inTime(int tokens, Function<EngineSession, T> work) {
        if (!hasTimeFor(tokens)) {
            return Optional.empty();
        }
        try {
            return Optional.of(work.apply(with(cancellation.whileThereIsTime())));
        } catch (CancelledException e) {
            check();
            return Optional.empty();
        }
    }

    /// Whether there is time for half of a tuning's steps. With fewer, an adapter knows less of its task than a prompt
    /// with examples says. Each takes as long as reading its examples three times. That needs no margin, since a
    /// tuning can be cut short.
    public boolean hasTimeToTune(Task task, int steps) {
        var all = task.examples().size();
        var most = Math.ceilDiv(all, engine.tuningOptions(task).batches(all));
        var ofStep = engine.format()
                .tokens(new Task(task.description(), task.examples().subList(0, most)));
        return hasTimeFor(steps * 3 * ofStep / 2 / MARGIN);
    }

    /// The adapter that the generator makes for a task.
    ///
    /// @param strength of the residual on B0
    public Adapter generated(TaskVector vector, float strength) {
        return generate(() -> engine.adapter(engine.generator().latent(vector), strength));
    }

    /// B0 itself, whatever the task.
    public Adapter shared() {
        return generate(
                () -> engine.adapter(new float[engine.manifest().architecture().latent()], 0));
    }

    private Adapter generate(Supplier<Adapter> start) {
        return compute(() -> {
            var began = System.nanoTime();
            var adapter = observed.phase("generate", start);
            took(Spent.generating(System.nanoTime() - began));
            return adapter;
        });
    }

    /// Distance of a task to the nearest one that the generator was trained on, in standard deviations of their
    /// latents; empty where it knows none.
    public OptionalDouble seenDistance(TaskVector vector) {
        return compute(() -> engine.generator().seenDistance(vector));
    }

    /// A short piece of work that computes without the model: a job of the worker that has least to do, so that it
    /// takes no more of the processors than other work of its request does.
    public <T> T compute(Supplier<T> work) {
        return await(idlest().run(work, cancellation));
    }

    private Worker idlest() {
        return engine.placement().idlest();
    }

    /// @throws RuntimeException what the work failed with
    private static <T> T await(CompletableFuture<T> result) {
        try {
            return result.join();
        } catch (CompletionException e) {
            throw switch (e.getCause()) {
                case NativeException failure -> new ComputationFailedException(failure, failure.isFatal());
                case RuntimeException cause -> cause;
                default -> e;
            };
        }
    }

    /// Tunes an adapter on a task's examples, in slices between which texts are decoded. Where time gets short before
    /// what follows, the step that runs is dropped, unless it is the first.
    ///
    /// @param start what it begins with
    /// @param progress takes it after each slice, on this thread
    /// @throws UnusableInputException if adapters of this base model cannot be tuned, or an example is too long
    public Tuning.Result tune(Adapter start, Task task, TuningOptions options, Consumer<Tuning.Progress> progress) {
        return tune(start, task, options, Optional.empty(), progress);
    }

    /// The same, from where a tuning of the same adapter, task and options was ended.
    public Tuning.Result tune(
            Adapter start,
            Task task,
            TuningOptions options,
            Optional<PausedTuning> from,
            Consumer<Tuning.Progress> progress) {
        var began = System.nanoTime();
        var result = observed.phase("tune", () -> tuned(start, task, options, from, progress));
        took(Spent.tuning(System.nanoTime() - began, result.tokens()));
        return result;
    }

    private Tuning.Result tuned(
            Adapter start,
            Task task,
            TuningOptions options,
            Optional<PausedTuning> from,
            Consumer<Tuning.Progress> progress) {
        var worker = idlest();
        var tuners = engine.tuners();
        var tuner = tuners.of(worker);
        var tuning = slice(worker, tuner.prepare(start, task, options, from));
        try {
            while (!tuning.isDone()) {
                slice(worker, () -> {
                    if (cancellation.isShortOfTime()) {
                        tuning.endAtOnce();
                    }
                    if (!tuning.isDone()) {
                        tuners.advance(tuning);
                    }
                    return tuning;
                });
                progress.accept(tuning.progress());
            }
            return tuning.result();
        } finally {
            observed.computed(tuning.tokens());
            tuners.end(tuning);
        }
    }

    private <T> T slice(Worker worker, Supplier<T> work) {
        return await(worker.runInBackground(work, cancellation));
    }

    /// Answers prompts, beside other requests.
    ///
    /// @param adapter empty for the base model alone
    /// @throws UnusableInputException if the scale takes a weight out of the range of its type, or of the part
    /// `adapter` if its weights give scores that are not finite
    public Answers answer(Optional<ScaledAdapter> adapter, List<int[]> prompts, Wanted wanted) {
        var answers = decode(adapter, prompts, wanted);
        took(answers.spent());
        return answers;
    }

    /// The same where no client gets the answers, so that what was written does not count. No prompts have none.
    public List<Answer> read(Optional<ScaledAdapter> adapter, List<int[]> prompts, Wanted wanted) {
        if (prompts.isEmpty()) {
            return List.of();
        }
        var answers = decode(adapter, prompts, wanted);
        took(answers.spent().unwritten());
        return answers.answers();
    }

    private Answers decode(Optional<ScaledAdapter> adapter, List<int[]> prompts, Wanted wanted) {
        // Before the worker has it, where it would fail beside other requests.
        adapter.ifPresent(EngineSession::requireScalable);
        Function<Worker, CompletableFuture<Answers>> work =
                worker -> worker.decode(adapter, prompts, wanted, cancellation, observed);
        var decoding = engine.placement().with(adapter, work);
        return observed.phase("answer", () -> await(decoding));
    }

    private static void requireScalable(ScaledAdapter scaled) {
        try {
            scaled.adapter().scaled(scaled.scale());
        } catch (IllegalArgumentException e) {
            throw new UnusableInputException("scale", null, scaled.scale(), e.getMessage());
        }
    }
}
