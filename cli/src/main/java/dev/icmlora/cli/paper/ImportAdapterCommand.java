package dev.icmlora.cli.paper;

import dev.icmlora.trainer.paper.ForeignLora;
import dev.icmlora.trainer.paper.Projection;
import dev.icmlora.trainer.paper.Zoo;
import dev.icmlora.trainer.session.CurriculumOptions;
import dev.icmlora.trainer.session.TrainingSession;
import dev.icmlora.trainer.shared.SharedAdapter;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.generator.adapter.peft.PeftModel;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.trainer.model.LlamaConfig;
import dev.icmlora.trainer.torch.Torch;

/// `icm-lora import-adapter`: a LoRA that was trained elsewhere becomes one of a task's adapters in the zoo.
@Command(
        name = "import-adapter",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        description = {
            "Projects a LoRA that was trained elsewhere onto the A of B0, keeps it in the zoo as an adapter of a task,"
                    + " and says what the projection lost."
        },
        footer = {"", "icm-lora import-adapter --task inflection/plural my-lora/"})
public final class ImportAdapterCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Parameters(
            paramLabel = "FILE",
            description = "A LoRA of the base model: a GGUF file, the folder that PEFT saved, or a zip of it.")
    private Path file;

    @Option(
            names = "--task",
            required = true,
            paramLabel = "ID",
            description = "The training task that it was trained for.")
    private String task;

    @Option(
            names = "--folder",
            paramLabel = "FOLDER",
            description = "Training folder with B0 and zoo (default: .train beside models/).")
    private Path folder;

    @Option(
            names = "--partial",
            description = "Leave out what it changes in modules that B0 does not adapt; it counts as lost.")
    private boolean partial;

    @Mixin
    private CurriculumOptions curriculum;

    @Override
    public Integer call() throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path training = folder == null ? installation.root().resolve(".train") : folder;
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("there is no " + file);
        }
        NativeLibraries.load(installation.nativeDirectory());
        try (GgufFile modelFile = GgufFile.open(installation.model());
                LlamaModel llama = LlamaModel.load(installation.model(), ModelOptions.DEFAULT);
                NDManager manager = Torch.start(1, Torch.cache(installation.root()))) {
            curriculum.learned(task, training, PromptFormat.of(llama));
            LlamaConfig model = LlamaConfig.of(modelFile);
            String base =
                    TrainingSession.baseModelId(llama, installation.model()).fingerprint();
            SharedAdapter shared = SharedAdapter.trained(training, model, base, manager);
            AdapterLayout layout = shared.layout();
            ForeignLora lora = ForeignLora.read(
                    file,
                    layout.architecture(),
                    new PeftModel(llama.metadata("general.name").orElse("unnamed"), model.heads(), model.kvHeads()));
            requireTargets(lora, model, layout);
            Projection projection = new Projection(layout, a(shared), lora.updates());
            Path written = new Zoo(training.resolve(TrainZooCommand.ZOO))
                    .add(
                            new Zoo.Import(
                                    task,
                                    base,
                                    shared.fingerprint(),
                                    lora.name(),
                                    lora.sha256(),
                                    lora.rank(),
                                    projection.loss(),
                                    projection.losses()),
                            b(projection, layout, manager));
            print(projection, layout, written);
        }
        return 0;
    }

    private void requireTargets(ForeignLora lora, LlamaConfig model, AdapterLayout layout) {
        AdapterLayout all = model.layout(LlamaConfig.MODULES, layout.rank(), layout.alpha());
        lora.updates().forEach(update -> update.requireFits(all));
        Set<String> others = lora.updates().stream()
                .map(LowRankUpdate::module)
                .filter(module -> !layout.modules().contains(module))
                .collect(Collectors.toCollection(TreeSet::new));
        if (!partial && !others.isEmpty()) {
            throw new IllegalArgumentException(
                    "it changes %s, but B0 adapts %s alone: train B0 with other --targets, or leave it with --partial"
                            .formatted(String.join(", ", others), String.join(", ", layout.modules())));
        }
    }

    private static Map<String, float[]> a(SharedAdapter shared) {
        return shared.namesOfA()
                .collect(Collectors.toMap(
                        name -> name, name -> shared.matrices().get(name).toFloatArray()));
    }

    private static SequencedMap<String, NDArray> b(Projection projection, AdapterLayout layout, NDManager manager) {
        SequencedMap<String, NDArray> matrices = new LinkedHashMap<>();
        projection
                .b()
                .forEach((name, values) -> matrices.put(
                        name, manager.create(values, new Shape(values.length / layout.rank(), layout.rank()))));
        return matrices;
    }

    private void print(Projection projection, AdapterLayout layout, Path written) {
        PrintWriter out = spec.commandLine().getOut();
        out.println("lost by projection, of 1:");
        projection
                .losses()
                .forEach((module, loss) -> out.printf(
                        Locale.ROOT,
                        "  %-12s %.4f%s%n",
                        module,
                        loss,
                        layout.modules().contains(module) ? "" : "  (left out)"));
        out.printf(Locale.ROOT, "  %-12s %.4f%n", "in all", projection.loss());
        out.println("wrote " + written);
        out.flush();
    }
}
