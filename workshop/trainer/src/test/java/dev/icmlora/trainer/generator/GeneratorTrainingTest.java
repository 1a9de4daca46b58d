package dev.icmlora.trainer.generator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

import ai.djl.ndarray.NDManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.network.GeneratorFile;
import dev.icmlora.generator.network.GeneratorManifest.CatalogueEntry;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.trainer.TinyTraining;
import dev.icmlora.trainer.loop.RunIdentity;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.model.TinyModel;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.vectors.VectorPool;

/// A trained generator is served, and trained on, as it was trained.
class GeneratorTrainingTest extends TinyTraining {

    private static Stream<AdapterLayout> layouts() {
        return Stream.of(LAYOUT, layout(QUERY, VALUE, OUTPUT, DOWN));
    }

    @ParameterizedTest
    @MethodSource("layouts")
    void the_exported_generator_gives_the_adapters_that_were_trained(AdapterLayout layout) throws IOException {
        Path folder = Files.createTempDirectory(scratch, "generator");
        GeneratorArchitecture architecture = new GeneratorArchitecture(TinyModel.HIDDEN, 1, 12, 6, 10, layout);
        SharedAdapter shared = SharedAdapter.initial(layout, 1, manager);
        List<VectorPool> pools = pools();
        Standardization statistics = VectorPool.statistics(pools);
        try (GeneratorNetwork network = new GeneratorNetwork(architecture, shared, 1, manager)) {
            TaskVector vector = pools.getFirst().probe().vector();
            GeneratorFile file = trained(network, shared, pools, folder);
            assertThat(file.manifest().architecture()).isEqualTo(architecture);
            assertThat(file.manifest().catalogue())
                    .extracting(CatalogueEntry::task)
                    .containsExactly("test/yes", "test/no", "test/perhaps");
            try (NDManager scope = manager.newSubManager();
                    Backend backend = Backend.cpu(1);
                    Generator generator = Generator.load(file, backend)) {
                GeneratorNetwork.Generated trained = network.generate(
                        scope, new float[][] {statistics.apply(vector)}, new float[1][architecture.latent()]);
                float[] latent = generator.latent(vector);
                assertServes(generator, latent, trained);
                assertThat(trained.lora().b())
                        .allSatisfy(b -> assertThat(b.abs().max().getFloat()).isGreaterThan(1e-4f));
                Adapter adapter = generator.generate(latent, 1);
                try (ResidentAdapter resident = ResidentAdapter.create(tinyLlama, adapter.gguf())) {
                    resident.apply(adapter.generated());
                }
                assertGoesOnFrom(file, vector, trained, scope);
                List<float[]> latents = SeenLatents.of(file, pools, 1);
                assertThat(latents).hasSameSizeAs(pools);
                assertThat(SeenLatents.of(
                                        file,
                                        List.of(new VectorPool(pools.getFirst().probe(), List.of())),
                                        1)
                                .getFirst())
                        .containsExactly(generator.latent(vector));
                assertThat(file.withSeenLatents(latents).seenLatents()).hasSize(3);
            }
        }
    }

    /// Or `train-generator --from` would refuse it.
    @Test
    void the_default_generator_has_the_sizes_that_are_trained() {
        GeneratorArchitecture own = GeneratorFile.read(
                        Installation.ofThisProcess().generator())
                .manifest()
                .architecture();

        assertThat(own)
                .isEqualTo(new GeneratorArchitecture(
                        llama.hiddenSize(),
                        own.vectorLayer(),
                        GeneratorSettings.UNITS,
                        GeneratorSettings.LATENT,
                        GeneratorSettings.UNITS,
                        own.adapter()));
    }

    private static GeneratorFile trained(
            GeneratorNetwork network, SharedAdapter shared, List<VectorPool> pools, Path folder) throws IOException {
        GeneratorObjective objective = new GeneratorObjective(
                model,
                network,
                shared,
                learners(pools),
                sampler(),
                examinations(VectorPool.statistics(pools), pools),
                new GeneratorObjective.Settings(2, 100, 0.1, new KlTerm(1e-3f, 10), 1),
                manager);
        new TrainingRun(
                        RunIdentity.of("generator", "test", "base", tasks()),
                        objective,
                        schedule(12),
                        new TrainingRun.Intervals(5, 50, 50),
                        folder,
                        () -> false,
                        manager)
                .train(NOWHERE, 12);
        return export(TrainingRun.checkpoint(folder));
    }

    /// What is served for a latent is what was trained.
    private static void assertServes(Generator generator, float[] latent, GeneratorNetwork.Generated trained) {
        List<NamedTensor> served = generator.generate(latent, 1).generated();
        assertThat(served).hasSize(trained.lora().b().size());
        for (int i = 0; i < served.size(); i++) {
            float[] expected = trained.lora().b().get(i).toFloatArray();
            float[] actual = Halves.fromF16(served.get(i).data());
            assertThat(actual).hasSameSizeAs(expected);
            for (int k = 0; k < expected.length; k++) {
                assertThat(actual[k]).isCloseTo(expected[k], within(2e-4f + 2e-3f * Math.abs(expected[k])));
            }
        }
    }

    /// A network that takes over an exported generator generates the same.
    private static void assertGoesOnFrom(
            GeneratorFile file, TaskVector vector, GeneratorNetwork.Generated expected, NDManager scope) {
        ExportedGenerator exported = new ExportedGenerator(file);
        GeneratorArchitecture architecture = file.manifest().architecture();
        try (GeneratorNetwork next = new GeneratorNetwork(architecture, exported.shared(scope), 2, scope)) {
            exported.copyInto(next);
            GeneratorNetwork.Generated again = next.generate(
                    scope, new float[][] {file.statistics().apply(vector)}, new float[1][architecture.latent()]);
            for (int i = 0; i < expected.lora().b().size(); i++) {
                float[] was = expected.lora().b().get(i).toFloatArray();
                float[] is = again.lora().b().get(i).toFloatArray();
                for (int k = 0; k < was.length; k++) {
                    assertThat(is[k]).isCloseTo(was[k], within(2e-4f + 2e-3f * Math.abs(was[k])));
                }
            }
        }
    }
}
