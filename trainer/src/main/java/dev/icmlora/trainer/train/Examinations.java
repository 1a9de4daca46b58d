package dev.icmlora.trainer.train;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.vector.Standardization;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.train.GeneratorNetwork.Generated;

/// Queries, by name, that a generator's mean adapters are asked.
///
/// @param vectorLayer that the task vectors were taken after
/// @param statistics of the task vectors
record Examinations(
        BaseModel model, int vectorLayer, Standardization statistics, SequencedMap<String, Examination> examinations) {

    /// Queries, and the task vectors of the tasks that they are of.
    record Examination(Validation validation, List<VectorPool> pools) {}

    /// What the exported generator needs to know of the task vectors, so that a checkpoint is complete.
    SequencedMap<String, NDArray> vectorArrays(NDManager manager) {
        SequencedMap<String, NDArray> arrays = new LinkedHashMap<>();
        arrays.put(TrainedGenerator.VECTOR_LAYER, manager.create(new float[] {vectorLayer}));
        arrays.put("vector.mean", manager.create(statistics.mean()));
        arrays.put("vector.deviation", manager.create(statistics.deviation()));
        return arrays;
    }

    /// Loss and share of right answers, by name.
    SequencedMap<String, Double> figures(GeneratorNetwork network, NDManager manager) {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        examinations.forEach((name, examination) -> {
            float[][] vectors = examination.pools.stream()
                    .map(pool -> statistics.apply(pool.probe().vector()))
                    .toArray(float[][]::new);
            try (NDManager scope = manager.newSubManager()) {
                Generated generated = network.generate(scope, vectors, new float[vectors.length][network.latent()]);
                Validation.Score score = examination.validation.score(scope, model, generated.lora());
                figures.put(name + "_loss", score.loss());
                figures.put(name + "_exact", score.exact());
            }
        });
        return figures;
    }
}
