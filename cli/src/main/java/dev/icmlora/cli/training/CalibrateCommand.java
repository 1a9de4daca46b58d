package dev.icmlora.cli.training;

import dev.icmlora.trainer.calibration.Observation;
import dev.icmlora.trainer.calibration.Observer;
import dev.icmlora.trainer.calibration.SelectionFit;
import dev.icmlora.trainer.curriculum.PromptSampler;
import dev.icmlora.trainer.curriculum.StepRandom;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loss.Validation;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;

import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.engine.scoring.Candidate;
import dev.icmlora.engine.scoring.Confidence;
import dev.icmlora.engine.scoring.DecisionRule;
import dev.icmlora.engine.scoring.Familiarity;
import dev.icmlora.engine.scoring.Origin;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.generator.Installation;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

/// `icm-lora calibrate`: the numbers that selection depends on, for a generator.
///
/// Validation tasks, and training tasks with the examples that training held back. Neither held-out tasks nor anybody's
/// test examples of training tasks are looked at.
@Command(
        name = "calibrate",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description =
                "Fits the numbers by which mode auto chooses, on validation tasks and on examples of training tasks"
                        + " that training held back, and prints them; dev.icmlora.engine.scoring.Calibration holds them.")
public final class CalibrateCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--generator", description = "default: models/generator.gguf")
    private Path generator;

    @Option(names = "--tasks", paramLabel = "N", description = "Most tasks of a group (default: ${DEFAULT-VALUE}).")
    private int tasks = 40;

    @Option(names = "--draws", paramLabel = "N", description = "Times each task is stated (default: ${DEFAULT-VALUE}).")
    private int draws = 2;

    @Option(names = "--examples", paramLabel = "N", description = "Examples of a task (default: ${DEFAULT-VALUE}).")
    private int examples = 5;

    @Option(names = "--seed", description = "Of what is drawn (default: ${DEFAULT-VALUE}).")
    private long seed = 1;

    @Option(names = "--suite-seed", description = "Seed of the task suite (default: ${DEFAULT-VALUE}).")
    private long suiteSeed = 1;

    @Option(names = "--threads", description = "CPU threads (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofThisProcess();
        GeneratorFile file = GeneratorFile.read(generator == null ? installation.generator() : generator);
        NativeLibraries.load(installation.nativeDirectory());
        SelectionFit fit;
        try (Workroom room = Workroom.open(installation.model(), file, threads)) {
            fit = new SelectionFit(observations(room, catalogue(file)));
        }
        PrintWriter out = spec.commandLine().getOut();
        print(fit, out);
        out.flush();
        return 0;
    }

    private static Set<String> catalogue(GeneratorFile file) {
        return file.manifest().catalogue().stream().map(CatalogueEntry::task).collect(Collectors.toSet());
    }

    private List<Observation> observations(Workroom room, Set<String> catalogue) {
        TaskSuite suite = TaskSuite.create(suiteSeed);
        List<SuiteTask> seen = new ArrayList<>();
        List<SuiteTask> others = new ArrayList<>(suite.tasks(Split.VALIDATION));
        others.removeIf(task -> catalogue.contains(task.id()));
        suite.tasks().stream().filter(task -> catalogue.contains(task.id())).forEach(seen::add);
        Collections.shuffle(seen, new Random(seed));
        Collections.shuffle(others, new Random(seed));
        List<SuiteTask> subjects = new ArrayList<>(seen.subList(0, Math.min(tasks, seen.size())));
        subjects.addAll(others.subList(0, Math.min(tasks, others.size())));

        Observer observer = new Observer(room);
        List<Observation> observations = new ArrayList<>();
        Set<SuiteTask> trained = new HashSet<>(seen);
        try (ProgressBar bar = new ProgressBar("tasks", subjects.size())) {
            for (SuiteTask subject : subjects) {
                for (int draw = 0; draw < draws; draw++) {
                    for (int brought : List.of(examples, 0, 1)) {
                        observations.add(observe(observer, subject, trained.contains(subject), brought, draw));
                    }
                }
                bar.step();
            }
        }
        return observations;
    }

    private Observation observe(Observer observer, SuiteTask subject, boolean seen, int brought, int draw) {
        RandomGenerator random = StepRandom.of(seed * 31 + subject.id().hashCode(), draw);
        String description = PromptSampler.pick(subject.descriptions(), random);
        TrainingTask task = TrainingTask.of(subject);
        return observer.observe(subject.id(), seen, description, task.examples(), task.heldBack(), brought, random);
    }

    private static void print(SelectionFit fit, PrintWriter out) {
        out.println("| exact match, % | seen | validation |");
        out.println("|---|--:|--:|");
        row(fit, out, "mean, description", c -> SelectionFit.isMean(c, 1, PromptForm.DESCRIPTION));
        row(fit, out, "mean, examples", c -> SelectionFit.isMean(c, 1, PromptForm.EXAMPLES));
        row(fit, out, "B0, description", c -> SelectionFit.isMean(c, 0, PromptForm.DESCRIPTION));
        row(fit, out, "B0, examples", c -> SelectionFit.isMean(c, 0, PromptForm.EXAMPLES));
        row(fit, out, "base, description", c -> isBase(c, PromptForm.DESCRIPTION));
        row(fit, out, "base, examples", c -> isBase(c, PromptForm.EXAMPLES));
        row(out, "best of each task", fit.oracle(true), fit.oracle(false));
        for (double margin : SelectionFit.MARGINS) {
            for (double errors : SelectionFit.ERRORS) {
                rule(fit, out, new DecisionRule(margin, errors, 0));
            }
        }
        DecisionRule rule = fit.rule();
        for (double enough : SelectionFit.ENOUGH) {
            rule(fit, out, new DecisionRule(rule.margin(), rule.errors(), enough));
        }
        Familiarity familiarity = fit.familiarity();
        Confidence confidence = fit.confidence(rule, familiarity);
        out.println();
        out.println(rule);
        out.println(familiarity);
        out.println(confidence);
    }

    private static void rule(SelectionFit fit, PrintWriter out, DecisionRule rule) {
        String name = String.format(
                Locale.ROOT, "margin %.2f, errors %.1f, enough %.2f", rule.margin(), rule.errors(), rule.enough());
        row(out, name, fit.chosen(true, rule), fit.chosen(false, rule));
        row(out, name + ": adapter alone", fit.alone(true, rule), fit.alone(false, rule));
    }

    private static boolean isBase(Candidate candidate, PromptForm form) {
        return candidate.form() == form && candidate.origin() instanceof Origin.Base;
    }

    private static void row(SelectionFit fit, PrintWriter out, String name, Predicate<Candidate> way) {
        row(out, name, fit.always(true, way), fit.always(false, way));
    }

    private static void row(PrintWriter out, String name, double seen, double validation) {
        out.printf(Locale.ROOT, "| %s | %.1f | %.1f |%n", name, 100 * seen, 100 * validation);
    }
}
