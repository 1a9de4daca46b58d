package dev.icmlora.trainer.generator;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.vectors.VectorPool;

/// Queries, by name, that a generator's mean adapters are asked.
///
/// @param vectorLayer that the task vectors were taken after
/// @param statistics of the task vectors
public record Examinations(
        BaseModel model, int vectorLayer, Standardization statistics, SequencedMap<String, Scoring> examinations) {

    /// Queries, and the task vectors of the tasks that they are of.
    public record Scoring(Validation validation, List<VectorPool> pools) {}

    /// What the exported generator needs to know of the task vectors, so that a checkpoint is complete.
    public SequencedMap<String, NDArray> vectorArrays(NDManager manager) {
        return TrainedGenerator.vectorArrays(vectorLayer, statistics, manager);
    }

    /// Makes an adapter of each standardised task vector, without chance.
    public interface Source {
        Lora adapters(NDManager scope, float[][] vectors);
    }

    /// Loss and share of right answers, by name.
    public SequencedMap<String, Double> figures(Source source, NDManager manager) {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        examinations.forEach((name, examination) -> {
            float[][] vectors = examination.pools.stream()
                    .map(pool -> statistics.apply(pool.probe().vector()))
                    .toArray(float[][]::new);
            try (NDManager scope = manager.newSubManager()) {
                Validation.Score score = examination.validation.score(scope, model, source.adapters(scope, vectors));
                figures.put(name + "_loss", score.loss());
                figures.put(name + "_exact", score.exact());
            }
        });
        return figures;
    }
}
