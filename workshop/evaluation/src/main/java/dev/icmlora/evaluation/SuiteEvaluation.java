package dev.icmlora.evaluation;

import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import me.tongfei.progressbar.ProgressBar;

import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.tasks.text.TextDomain;
import dev.icmlora.tasks.text.TextDomains;
import dev.icmlora.trainer.paper.References;

/// Measures a running function on the task suite, beside controls that no request can ask for.
public final class SuiteEvaluation {

    private final ControlBench bench;
    private final Optional<References> trained;
    private final FunctionClient function;
    private final Measurement measurement;
    private final Controlled controlled;
    private final Duration limit;

    /// The extent of the controls.
    ///
    /// @param passages test passages of a text domain
    /// @param references most seen tasks that the baselines are made from
    /// @param own seen tasks to train a LoRA of their own for; with 0, text domains get none either
    /// @param baselines whether the paper's baselines are made too: mean, nearest, another task's, diffusion, noise
    public record Controlled(int passages, int references, int own, boolean baselines) {
        public static final Controlled DEFAULT = new Controlled(10, Integer.MAX_VALUE, 0, false);

        /// Whether there are adapters that no request can ask for.
        public boolean hasControls() {
            return own > 0 || baselines;
        }

        /// Those of researchers: the paper's baselines, which are made from all seen tasks, and LoRAs of their own.
        public Controlled withBaselines() {
            return new Controlled(passages, references, 8, true);
        }
    }

    /// All of them borrowed.
    ///
    /// @param trained there where something is to be trained
    /// @param limit from the first question on; past it, no further task is asked with many examples
    public SuiteEvaluation(
            ControlBench bench,
            Optional<References> trained,
            FunctionClient function,
            Measurement measurement,
            Controlled controlled,
            Duration limit) {
        this.bench = bench;
        this.trained = trained;
        this.function = function;
        this.measurement = measurement;
        this.controlled = controlled;
        this.limit = limit;
    }

    /// @param texts none for no text domains
    /// @param generatorBytes size of the generator file
    /// @param progress where the progress of training is printed
    public EvaluationReport measure(TextDomains texts, long generatorBytes, PrintStream progress) throws IOException {
        GeneratorManifest manifest = bench.file().manifest();
        Set<String> catalogue = manifest.learnedFrom().stream()
                .map(GeneratorManifest.CatalogueEntry::task)
                .collect(Collectors.toSet());
        TaskSuite suite = TaskSuite.get();
        List<Evaluation.Subject> measured =
                Evaluation.subjects(suite, catalogue, measurement.seen(), measurement.tasks(), measurement.seed());
        train(measured, texts, progress);
        Instant until = Instant.now().plus(limit);
        Optional<Controls> controls =
                controlled.hasControls() ? Optional.of(controls(suite, catalogue, measured)) : Optional.empty();
        try {
            Evaluation evaluation = new Evaluation(function, bench, controls, measurement.inputs(), measurement.seed());
            SequencedMap<String, TaskResult> results = new LinkedHashMap<>();
            for (int round = 0; round < Condition.LAST_ROUND; round++) {
                add(results, evaluation.measure(measured, round, Instant.MAX));
            }
            List<LabelResult> labels = new LabelEvaluation(function, measurement.seed())
                    .measure(Evaluation.subjects(suite, catalogue, 0, Integer.MAX_VALUE, measurement.seed()));
            List<TextResult> textResults = texts(texts);
            add(results, evaluation.measure(heldOut(measured), Condition.LAST_ROUND, until));
            return new EvaluationReport(
                    manifest.name(),
                    measurement.seed(),
                    new Storage(generatorBytes, catalogue.size(), adapterBytes(measured.getFirst())),
                    List.copyOf(results.values()),
                    labels,
                    textResults,
                    texts.missing());
        } finally {
            controls.ifPresent(Controls::close);
        }
    }

    private Controls controls(TaskSuite suite, Set<String> catalogue, List<Evaluation.Subject> measured) {
        List<KnownTask> known = new ArrayList<>();
        if (controlled.baselines) {
            for (Evaluation.Subject subject : ProgressBar.wrap(known(suite, catalogue, measured), "task vectors")) {
                known.add(KnownTask.of(subject, bench));
            }
        }
        return new Controls(bench, trained, known, controlled.baselines);
    }

    private static void add(SequencedMap<String, TaskResult> results, List<TaskResult> more) {
        more.forEach(result -> results.merge(result.task(), result, TaskResult::with));
    }

    /// The held-out tasks in an order that is drawn, so that those that there is time for are a sample of all.
    private List<Evaluation.Subject> heldOut(List<Evaluation.Subject> measured) {
        return Evaluation.order(measured.size(), new SplittableRandom(measurement.seed())).stream()
                .map(measured::get)
                .filter(subject -> subject.group() == Group.HELD_OUT)
                .toList();
    }

    private List<TextResult> texts(TextDomains texts) {
        TextEvaluation evaluation = new TextEvaluation(bench, trained, controlled.passages);
        List<TextResult> results = new ArrayList<>();
        for (TextDomain domain : ProgressBar.wrap(texts.domains(), "text domains")) {
            results.add(evaluation.measure(domain));
        }
        return results;
    }

    private long adapterBytes(Evaluation.Subject subject) {
        return bench.generate(KnownTask.of(subject, bench).latent(), 0).generated().stream()
                .mapToLong(matrix -> matrix.data().length)
                .sum();
    }

    /// Gives some seen tasks, and the text domains, adapters that are trained for them alone.
    private void train(List<Evaluation.Subject> measured, TextDomains texts, PrintStream progress) throws IOException {
        if (controlled.own == 0) {
            return;
        }
        List<SuiteTask> seen = measured.stream()
                .filter(subject -> subject.group() == Group.SEEN)
                .map(Evaluation.Subject::task)
                .toList();
        trained.orElseThrow()
                .train(
                        Evaluation.draw(seen, controlled.own, new SplittableRandom(measurement.seed())),
                        texts.domains(),
                        progress);
    }

    /// The seen tasks, which baselines are made from, and the held-out ones that are measured.
    private List<Evaluation.Subject> known(TaskSuite suite, Set<String> catalogue, List<Evaluation.Subject> measured) {
        int most = Math.max(controlled.references, measurement.seen());
        Stream<Evaluation.Subject> seen = Evaluation.subjects(suite, catalogue, most, 0, measurement.seed()).stream();
        return Stream.concat(seen, measured.stream().filter(subject -> subject.group() == Group.HELD_OUT))
                .toList();
    }
}
