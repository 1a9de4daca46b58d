package dev.icmlora.cli.evaluation;

import dev.icmlora.evaluation.Closeness;
import dev.icmlora.evaluation.Condition;
import dev.icmlora.evaluation.ControlBench;
import dev.icmlora.evaluation.Controls;
import dev.icmlora.evaluation.Evaluation;
import dev.icmlora.evaluation.EvaluationReport;
import dev.icmlora.evaluation.FunctionClient;
import dev.icmlora.evaluation.HtmlReport;
import dev.icmlora.evaluation.KnownTask;
import dev.icmlora.evaluation.MarkdownReport;
import dev.icmlora.evaluation.Question;
import dev.icmlora.evaluation.Storage;
import dev.icmlora.evaluation.TaskMap;
import dev.icmlora.evaluation.TaskResult;
import dev.icmlora.evaluation.TextEvaluation;
import dev.icmlora.evaluation.TextResult;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.google.gson.GsonBuilder;
import me.tongfei.progressbar.ProgressBar;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.network.GeneratorManifest;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.evaluation.TaskResult.Group;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;
import dev.icmlora.tasks.text.TextDomain;
import dev.icmlora.tasks.text.TextDomains;
import dev.icmlora.trainer.paper.References;

/// `icm-lora eval`: measures a running function on the task suite.
@Command(
        name = "eval",
        mixinStandardHelpOptions = true,
        description = "Measures a running function on tasks that its generator was trained on, with inputs it never"
                + " saw, and on held-out tasks; prints the tables and writes them to a folder.")
public final class EvalCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private MeasurementOptions options;

    @Option(
            names = "--passages",
            paramLabel = "N",
            description = "Test passages of a text domain, 0 for no text domains (default: ${DEFAULT-VALUE}).")
    private int passages = 10;

    @Option(
            names = "--references",
            paramLabel = "N",
            description = "Most seen tasks that the controls and the map are made from (default: all).")
    private int references = Integer.MAX_VALUE;

    @Option(
            names = "--own",
            paramLabel = "N",
            description = "Tasks of a group to train a LoRA of their own for, some minutes for each 8; with 0,"
                    + " text domains get none either (default: ${DEFAULT-VALUE}).")
    private int own = 8;

    @Option(names = "--threads", description = "CPU threads of the controls (default: all ${DEFAULT-VALUE}).")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--out",
            paramLabel = "FOLDER",
            description = "For evaluation.html, .md and .json (default: .train/eval).")
    private Path out;

    @Override
    public Integer call() throws IOException, InterruptedException {
        Installation installation = Installation.ofThisProcess();
        Path file = options.generator(installation);
        Path folder = out == null ? installation.root().resolve(".train/eval") : out;
        try (ControlBench bench = ControlBench.open(installation, file, threads);
                References references = References.open(
                        installation,
                        bench.file().manifest().base().fingerprint(),
                        bench.file(),
                        bench.format(),
                        folder,
                        threads,
                        References.Effort.DEFAULT);
                FunctionClient function = new FunctionClient(options.function.connect())) {
            write(measure(bench, references, function, Files.size(file)), folder);
        }
        return 0;
    }

    private EvaluationReport measure(
            ControlBench bench, References references, FunctionClient function, long generatorBytes)
            throws IOException, InterruptedException {
        GeneratorManifest manifest = bench.file().manifest();
        Set<String> catalogue = manifest.catalogue().stream()
                .map(GeneratorManifest.CatalogueEntry::task)
                .collect(Collectors.toSet());
        TaskSuite suite = TaskSuite.create(options.suiteSeed);

        List<Evaluation.Subject> measured = Evaluation.subjects(suite, catalogue, options.tasks, options.seed);
        TextDomains texts = passages == 0
                ? new TextDomains(List.of(), new LinkedHashMap<>())
                : TextDomains.fetch(Installation.ofThisProcess().root().resolve(".train/text"), options.suiteSeed);
        train(references, measured, texts);
        List<KnownTask> known = new ArrayList<>();
        for (Evaluation.Subject subject : progress("task vectors", known(suite, catalogue, measured))) {
            known.add(KnownTask.of(subject, bench));
        }
        List<TaskResult> results = new ArrayList<>();
        List<Closeness> closeness = new ArrayList<>();
        double agreement;
        try (Controls controls = new Controls(bench, references, known)) {
            Evaluation evaluation = new Evaluation(function, bench, controls, options.inputs, options.seed);
            for (Evaluation.Subject subject : progress("tasks", measured)) {
                results.add(evaluation.measure(subject));
                List<List<NamedTensor>> checkpoints = references.own(subject.task());
                if (subject.group() == Group.SEEN && !checkpoints.isEmpty()) {
                    closeness.add(evaluation.closeness(subject, checkpoints));
                }
            }
            agreement = evaluation.agreement();
        }
        TextEvaluation textEvaluation = new TextEvaluation(bench, references, passages);
        List<TextResult> textResults = new ArrayList<>();
        for (TextDomain domain : progress("text domains", texts.domains())) {
            textResults.add(textEvaluation.measure(domain));
        }
        long adapterBytes = bench.generate(known.getFirst().latent(), 0).stream()
                .mapToLong(matrix -> matrix.data().length)
                .sum();
        return new EvaluationReport(
                manifest.name(),
                options.seed,
                agreement,
                new Storage(generatorBytes, catalogue.size(), adapterBytes),
                results,
                closeness,
                textResults,
                texts.missing(),
                TaskMap.of(known));
    }

    /// Gives some tasks of each group, and the text domains, adapters that are trained for them alone.
    private void train(References references, List<Evaluation.Subject> measured, TextDomains texts) throws IOException {
        if (own == 0) {
            return;
        }
        List<SuiteTask> seen = some(measured, Group.SEEN);
        List<SuiteTask> heldOut = some(measured, Group.HELD_OUT);
        references.train(seen, texts.domains(), System.out);
        Map<SuiteTask, Task> stated = new LinkedHashMap<>();
        Stream.concat(seen.stream(), heldOut.stream())
                .forEach(task -> stated.put(
                        task,
                        Question.of(task, Condition.MOST_EXAMPLES, options.inputs, options.seed)
                                .task(Condition.EXAMPLES)));
        references.trainOn(stated, System.out);
    }

    private List<SuiteTask> some(List<Evaluation.Subject> measured, Group group) {
        List<SuiteTask> all = measured.stream()
                .filter(subject -> subject.group() == group)
                .map(Evaluation.Subject::task)
                .toList();
        return Evaluation.draw(all, own, new SplittableRandom(options.seed));
    }

    /// The seen tasks, which controls are made from, and the held-out ones that are measured.
    private List<Evaluation.Subject> known(TaskSuite suite, Set<String> catalogue, List<Evaluation.Subject> measured) {
        Stream<Evaluation.Subject> seen =
                Evaluation.subjects(suite, catalogue, Math.max(references, options.tasks), options.seed).stream()
                        .filter(subject -> subject.group() == Group.SEEN);
        return Stream.concat(seen, measured.stream().filter(subject -> subject.group() == Group.HELD_OUT))
                .toList();
    }

    private static <T> Iterable<T> progress(String what, List<T> all) {
        return ProgressBar.wrap(all, what);
    }

    private void write(EvaluationReport report, Path folder) throws IOException {
        String markdown = MarkdownReport.of(report);
        Files.createDirectories(folder);
        Files.writeString(folder.resolve("evaluation.md"), markdown);
        Files.writeString(folder.resolve("evaluation.html"), HtmlReport.of(report));
        Files.writeString(
                folder.resolve("evaluation.json"),
                new GsonBuilder().setPrettyPrinting().create().toJson(report));
        PrintWriter console = spec.commandLine().getOut();
        console.print(markdown);
        console.println();
        console.println("Written to " + folder + ", with plots in evaluation.html");
        console.flush();
    }
}
