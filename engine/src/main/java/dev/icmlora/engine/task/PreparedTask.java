package dev.icmlora.engine.task;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.ObjectInputFilter;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.auto.AutoMode;
import dev.icmlora.engine.auto.TaskFindings;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.request.UnusableInputException.Part;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.generator.adapter.InvalidAdapterException;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// A task that an engine answers in this program, by mode auto, as the function does. Any thread may use it, several at
/// a time, until the engine is closed; what waits then fails with
/// [dev.icmlora.engine.request.EngineClosedException].
public final class PreparedTask {

    /// What is made of bytes: nothing but what this program writes, and no array that is longer than they are.
    private static final String OURS = "maxarray=%d;dev.icmlora.**;java.lang.*;java.util.*;!*";
    /// Inputs at a time, whose prompts and hidden states are all in memory.
    private static final int MOST_INPUTS = 1024;

    private final Engine engine;
    private final Task task;
    private final Output output;
    private final TaskFindings findings;

    private PreparedTask(Engine engine, Task task, Output output, TaskFindings findings) {
        this.engine = engine;
        this.task = task;
        this.output = output;
        this.findings = findings;
    }

    /// What findings are good for.
    private record Origin(String model, String generator) implements Serializable {

        static Origin of(Engine engine) {
            return new Origin(
                    engine.model().id().fingerprint(), engine.manifest().name());
        }
    }

    /// Tunes the task or fits a head to it, as its examples want it, for as long as that takes.
    ///
    /// @throws UnusableInputException if the task, or its shortest example, is longer than the context, or labels
    /// cannot be told apart
    public static PreparedTask of(Engine engine, Task task, Output output) {
        if (task.isEmpty()) {
            throw new IllegalArgumentException("a task needs a description, examples, or both");
        }
        var prepared = new PreparedTask(engine, task, output, new TaskFindings(task));
        // After an answer, all is known that answers need.
        prepared.answer(task.examples().stream()
                .map(Example::input)
                .filter(input -> !input.isEmpty())
                .min(Comparator.comparingInt(String::length))
                .stream()
                .toList());
        return prepared;
    }

    /// A task that another process prepared, which need not be done again here.
    ///
    /// @param bytes as [#toBytes] gives them, from a program of the same version
    /// @throws IllegalArgumentException if they are no prepared task, or one of another base model or generator
    public static PreparedTask read(Engine engine, byte[] bytes) {
        try (var in = new ObjectInputStream(new ByteArrayInputStream(bytes))) {
            in.setObjectInputFilter(ObjectInputFilter.Config.createFilter(OURS.formatted(bytes.length)));
            var here = Origin.of(engine);
            var there = in.readObject();
            if (!here.equals(there)) {
                throw new IllegalArgumentException(
                        "the task was prepared by %s, but this engine has %s".formatted(there, here));
            }
            var task = (Task) in.readObject();
            var output = (Output) in.readObject();
            return new PreparedTask(engine, task, output, TaskFindings.read(task, in, engine));
        } catch (IOException | ClassNotFoundException | ClassCastException | InvalidAdapterException e) {
            throw new IllegalArgumentException("this is no prepared task: " + e.getMessage(), e);
        }
    }

    /// The task with its adapter and its head, for an engine in another process. Some megabytes.
    public byte[] toBytes() {
        var bytes = new ByteArrayOutputStream();
        try (var out = new ObjectOutputStream(bytes)) {
            out.writeObject(Origin.of(engine));
            out.writeObject(task);
            out.writeObject(output);
            findings.write(out);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /// Answers inputs, in batches.
    ///
    /// @param inputs 1,024 at most
    /// @return one for each, in their order
    /// @throws UnusableInputException naming each input that is empty, or too long, as `inputs/0`, or `inputs`
    /// if there are too many
    public List<TaskAnswer> answer(List<String> inputs) {
        return answer(inputs, new EngineSession(engine, new Cancellation()));
    }

    /// The same for a caller who counts what is computed, or may cancel it.
    ///
    /// @param session of this engine
    public List<TaskAnswer> answer(List<String> inputs, EngineSession session) {
        if (session.engine() != engine) {
            throw new IllegalArgumentException("the session is of another engine than the task");
        }
        if (inputs.size() > MOST_INPUTS) {
            var rule = "has %d entries, more than the limit of %d".formatted(inputs.size(), MOST_INPUTS);
            UnusableInputException.refuse(List.of(Part.of("inputs", MOST_INPUTS, inputs.size(), rule)));
        }
        UnusableInputException.refuse(IntStream.range(0, inputs.size())
                .filter(i -> inputs.get(i).isEmpty())
                .mapToObj(i -> Part.of("inputs/" + i, null, "", "must not be empty"))
                .toList());
        var wanted = wanted(inputs);
        var prompts = Prompts.ofTask(task, inputs, wanted, false, session);
        var plain = prompts.of(false);
        var auto = new AutoMode(session, task, findings.in(session));
        var plan = auto.choose(plain, prompts::fitWithExamples, 1, wanted).plan();
        if (inputs.isEmpty()) {
            return List.of();
        }
        var answers = auto.answer(plan, 1, prompts.showing(plan.examples()), prompts::with, wanted);
        if (!engine.model().isIntact()) {
            throw new IllegalStateException(
                    "The base model's file was changed while it is in use: the engine must be opened again");
        }
        return answers.stream().map(TaskAnswer::of).toList();
    }

    private Wanted wanted(List<String> inputs) {
        var format = engine.format();
        var context = engine.contextTokens();
        return switch (output) {
            case Output.Text(var maxTokens) ->
                new Decoding(
                        SamplingOptions.GREEDY,
                        maxTokens,
                        engine.stops(List.of()),
                        OptionalInt.of(0),
                        false,
                        AnswerListener.NONE);
            case Output.Label(var labels) -> new Choosing(Labels.of(labels, format, context), AnswerListener.NONE, "");
            case Output.Span() -> {
                var outputs = task.examples().stream().map(Example::output).toList();
                yield Extracting.of(inputs, outputs, format, context, AnswerListener.NONE, "");
            }
        };
    }
}
