package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.generator.adapter.AdapterFormat;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.peft.PeftModel;
import dev.icmlora.trainer.curriculum.CurriculumSettings;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.model.BaseModelConfig;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.torch.Torch;

/// Makes a LoRA that was trained elsewhere one of a task's adapters in the zoo.
///
/// @param file GGUF, PEFT's folder, or a zip of it
/// @param task id of the training task that it was trained for
/// @param folder of training, with B0 and zoo; empty for `.train` beside `models/`
/// @param partial whether to leave out what it changes in modules that B0 does not adapt
public record AdapterImport(
        Path file, String task, Optional<Path> folder, boolean partial, CurriculumSettings curriculum) {

    /// What came of it.
    ///
    /// @param written the zoo's file
    /// @param modules that B0 adapts
    /// @param losses by module, what projection took away of 1
    /// @param loss the same in all
    public record Outcome(Path written, List<String> modules, Map<String, Double> losses, double loss) {}

    /// @throws IllegalArgumentException when there is no such file or task, or it changes other modules
    public Outcome run() throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path training = folder.orElseGet(() -> installation.root().resolve(".train"));
        if (!Files.exists(file)) {
            throw new IllegalArgumentException("there is no " + file);
        }
        try (LoadedModel base =
                        LoadedModel.load(installation.nativeDirectory(), installation.model(), EngineOptions.DEFAULT);
                NDManager manager = Torch.start(1, Torch.cache(installation.root()))) {
            curriculum.learned(task, training, base.format());
            BaseModelConfig model = BaseModelConfig.of(base.model());
            String fingerprint = base.id().fingerprint();
            SharedAdapter shared = SharedAdapter.trained(training, TrainingRun.State.LAST, model, fingerprint, manager);
            AdapterLayout layout = shared.layout();
            ForeignLora lora = ForeignLora.read(
                    file,
                    layout.architecture(),
                    PeftModel.of(new AdapterFormat.BaseModel(
                            base.id().name(),
                            layout.architecture(),
                            base.model().turnsHalves(),
                            model.shape().heads(),
                            model.shape().kvHeads())));
            requireTargets(lora, model, layout);
            Projection projection = new Projection(layout, a(shared), lora.updates());
            Zoo.Import provenance = new Zoo.Import(
                    task,
                    fingerprint,
                    shared.fingerprint(),
                    lora.name(),
                    lora.sha256(),
                    lora.rank(),
                    projection.loss(),
                    projection.losses());
            Path written = Zoo.in(training).add(provenance, b(projection, layout, manager));
            return new Outcome(written, layout.modules(), projection.losses(), projection.loss());
        }
    }

    private void requireTargets(ForeignLora lora, BaseModelConfig model, AdapterLayout layout) {
        AdapterLayout all = model.layout(BaseModelConfig.MODULES, layout.rank(), layout.alpha());
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
}
