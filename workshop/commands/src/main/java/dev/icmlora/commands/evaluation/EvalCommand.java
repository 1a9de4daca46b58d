package dev.icmlora.commands.evaluation;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;

import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.engine.Installation;
import dev.icmlora.evaluation.ControlBench;
import dev.icmlora.evaluation.FolderEvaluation;
import dev.icmlora.evaluation.FolderEvaluation.Plan;
import dev.icmlora.evaluation.Measurement;
import dev.icmlora.evaluation.SuiteEvaluation;
import dev.icmlora.evaluation.SuiteEvaluation.Controlled;
import dev.icmlora.evaluation.UntrainedEvaluation;
import dev.icmlora.tasks.folder.TaskFolder;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.text.TextDomains;
import dev.icmlora.trainer.paper.References;

/// `icm-lora eval`: measures a running function on the task suite.
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = "Measures a running function on tasks that its generator was trained on, with inputs it never"
                + " saw, and on held-out tasks; prints the tables and writes them to a folder.")
public final class EvalCommand implements Callable<Integer> {

    /// So that all is done in less than 40, with what a fresh clone has to fetch and build.
    private static final int USUAL_MINUTES = 33;

    @Spec
    private CommandSpec spec;

    @Mixin
    private MeasurementOptions options;

    @Option(
            names = "--passages",
            paramLabel = "N",
            description = "Test passages of a text domain, 0 for no text domains (default: ${DEFAULT-VALUE}).")
    private int passages = Controlled.DEFAULT.passages();

    @Option(
            names = "--references",
            paramLabel = "N",
            description = "Most seen tasks that the baselines are made from (default: all).")
    private Integer references;

    @Option(
            names = "--own",
            paramLabel = "N",
            description = "Seen tasks to train a LoRA of their own for, some minutes for each 8; with 0, text domains"
                    + " get none either (default: 0; 8 with --baselines).")
    private Integer own;

    @Option(
            names = "--baselines",
            description = "Measure what takes training and time, too: LoRAs of single tasks, and the paper's baselines:"
                    + " the mean of adapters, the nearest task's, another task's, latents by diffusion, noise.")
    private boolean baselines;

    @Option(
            names = "--minutes",
            paramLabel = "N",
            description = "Ask no further held-out task with 16 and 64 examples after so many minutes, training not"
                    + " counted (default: " + USUAL_MINUTES
                    + "; no limit with --baselines).")
    private Integer minutes;

    @Option(names = "--threads", description = "CPU threads of the controls (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "For the lines, tables and plots: .jsonl, .md and .html (default: .train/eval).")
    private Path out;

    @ArgGroup(exclusive = false)
    private Untrained untrained;

    @ArgGroup(exclusive = false)
    private Folder folder;

    /// For a function without a generator.
    private static final class Untrained {
        @Option(
                names = "--untrained",
                required = true,
                description = "The function has no generator: measure tuning from nothing beside examples in the"
                        + " prompt. Other base models are measured like this.")
        private boolean wanted;

        @Option(
                names = "--split",
                paramLabel = "SPLIT",
                description = "Tasks to measure: HELD_OUT, or VALIDATION to choose by (default: ${DEFAULT-VALUE}).")
        private Split split = Split.HELD_OUT;

        @Option(
                names = "--steps",
                split = ",",
                paramLabel = "N",
                description = "Numbers of tuning steps to try beside the function's own.")
        private List<Integer> steps = List.of();
    }

    /// For tasks of the user's own.
    private static final class Folder {
        @Parameters(
                index = "0",
                paramLabel = "FOLDER",
                description =
                        "Measure on these tasks instead, a .jsonl file each, beside controls that learn from the same"
                                + " examples: the majority, TF-IDF and MiniLM with logistic regression.")
        private Path tasks;

        @Option(
                names = "--modes",
                split = ",",
                paramLabel = "MODE",
                description = "Of the function; with --modes= the controls alone (default: plain,examples,tuned,auto).")
        private List<String> modes = Plan.DEFAULT.modes();

        @Option(
                names = "--examples",
                split = ",",
                paramLabel = "N",
                description = "Examples of a label, or of a task without labels (default: 2,4,8,16).")
        private List<Integer> examples = Plan.DEFAULT.examples();

        @Option(
                names = "--seeds",
                paramLabel = "N",
                description = "How often examples and inputs are drawn, from --seed on (default: ${DEFAULT-VALUE}).")
        private int seeds = Plan.DEFAULT.seeds();

        @Option(names = "--no-controls", description = "Leave the controls out.")
        private boolean uncontrolled;

        @Option(names = "--no-spans", description = "Ask for any text where an answer is a piece of its input.")
        private boolean unspanned;
    }

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path to = out == null ? installation.root().resolve(".train/eval") : out;
        if (folder != null) {
            Measurement measurement = options.measurement(Plan.DEFAULT.inputs());
            Plan plan = new Plan(
                    folder.modes.stream().filter(mode -> !mode.isBlank()).toList(),
                    folder.examples,
                    measurement.inputs(),
                    folder.seeds,
                    measurement.seed(),
                    !folder.uncontrolled,
                    !folder.unspanned);
            List<SuiteTask> tasks = TaskFolder.toMeasure().read(folder.tasks).tasks();
            print(new FolderEvaluation(options.connect(), plan).write(tasks, to), to);
            return 0;
        }
        if (untrained != null) {
            UntrainedEvaluation evaluation = new UntrainedEvaluation(
                    options.connect(),
                    options.measurement(Measurement.DEFAULT.inputs()),
                    untrained.split,
                    untrained.steps);
            print(evaluation.write(to), to);
            return 0;
        }
        Path file = options.generator(installation);
        try (ControlBench bench = ControlBench.open(installation, file, threads)) {
            if (!controlled().hasControls()) {
                measure(installation, file, to, bench, Optional.empty());
                return 0;
            }
            try (References trained = References.open(
                    installation,
                    bench.file().manifest().base().fingerprint(),
                    bench.file(),
                    bench.format(),
                    to,
                    threads,
                    References.Effort.DEFAULT)) {
                measure(installation, file, to, bench, Optional.of(trained));
            }
        }
        return 0;
    }

    private void measure(
            Installation installation, Path file, Path to, ControlBench bench, Optional<References> trained)
            throws IOException {
        Measurement measurement = options.measurement(Measurement.DEFAULT.inputs());
        SuiteEvaluation evaluation =
                new SuiteEvaluation(bench, trained, options.connect(), measurement, controlled(), limit());
        TextDomains texts = passages == 0
                ? new TextDomains(List.of(), new LinkedHashMap<>())
                : TextDomains.fetch(installation.root().resolve(".train/text"));
        print(evaluation.measure(texts, Files.size(file), System.out).write(to), to);
    }

    private Controlled controlled() {
        Controlled usual = baselines ? Controlled.DEFAULT.withBaselines() : Controlled.DEFAULT;
        return new Controlled(
                passages,
                references == null ? usual.references() : references,
                own == null ? usual.own() : own,
                baselines);
    }

    private Duration limit() {
        int usual = baselines ? Integer.MAX_VALUE : USUAL_MINUTES;
        return Duration.ofMinutes(minutes == null ? usual : minutes);
    }

    private void print(String report, Path to) {
        PrintWriter console = spec.commandLine().getOut();
        console.print(report);
        console.println();
        console.println("Written to " + to);
        console.flush();
    }
}
