package dev.icmlora.trainer.foundation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.stream.IntStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;

/// What B0 is worth before and after tuning on five examples of each task, as a request does.
///
/// @param examples of each task, owned by its index
/// @param questions that are asked afterwards
record TunedValidation(List<Batch.Sample> examples, Validation questions) {
    /// As served for five examples.
    static final TuningOptions OPTIONS = TuningOptions.forExamples(5);

    private static final int EXAMPLES = 5;
    private static final int QUESTIONS_OF_A_TASK = 8;
    private static final int TASKS_AT_ONCE = 4;

    static TunedValidation of(List<TrainingTask> tasks, PromptFormat format) {
        List<Batch.Sample> examples = IntStream.range(0, tasks.size())
                .mapToObj(i -> {
                    TrainingTask task = tasks.get(i);
                    String description = task.task().descriptions().getFirst();
                    return new Episode(description, task.examples().subList(0, EXAMPLES), List.of()).toTune(format, i);
                })
                .toList();
        return new TunedValidation(examples, Validation.of(tasks, QUESTIONS_OF_A_TASK * tasks.size(), format));
    }

    SequencedMap<String, Double> figures(NDManager manager, BaseModel model, Lora shared) {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        try (NDManager scope = manager.newSubManager()) {
            Validation.Score before = questions.score(scope, model, shared);
            Validation.Score after = questions.score(scope, model, tuned(scope, model, shared));
            figures.put("loss", after.loss());
            figures.put("exact", after.exact());
            figures.put("loss_before", before.loss());
            figures.put("exact_before", before.exact());
        }
        return figures;
    }

    private Lora tuned(NDManager scope, BaseModel model, Lora shared) {
        InnerTuning tuning = new InnerTuning(model, OPTIONS);
        List<NDList> parts = shared.b().stream().map(_ -> new NDList()).toList();
        for (int from = 0; from < examples.size(); from += TASKS_AT_ONCE) {
            List<Batch.Sample> some = examples.subList(from, Math.min(examples.size(), from + TASKS_AT_ONCE));
            List<Batch.Sample> owned = IntStream.range(0, some.size())
                    .mapToObj(i -> new Batch.Sample(some.get(i).prompts(), i))
                    .toList();
            try (NDManager part = scope.newSubManager()) {
                List<NDArray> tuned = tuning.tune(part, shared, owned).b();
                for (int i = 0; i < tuned.size(); i++) {
                    tuned.get(i).attach(scope);
                    parts.get(i).add(tuned.get(i));
                }
            }
        }
        List<NDArray> b = new ArrayList<>();
        parts.forEach(matrices -> b.add(NDArrays.concat(matrices)));
        return new Lora(shared.modules(), shared.a(), b, shared.scale());
    }
}
