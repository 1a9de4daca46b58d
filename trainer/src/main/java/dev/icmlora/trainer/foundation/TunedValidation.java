package dev.icmlora.trainer.foundation;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.stream.IntStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDArrays;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;

import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loss.Validation;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;
import dev.icmlora.trainer.model.Lora;

/// What a generated adapter and B0 are worth before and after tuning on five examples of each task, as a request does.
///
/// @param examples of each task, owned by its index
/// @param vectors of each task, standardised, of description and examples
/// @param questions that are asked afterwards
/// @param rates how many times the rate of a step each matrix B is tuned at
record TunedValidation(List<Batch.Sample> examples, float[][] vectors, Validation questions, float[] rates) {
    /// As served for five examples.
    static final TuningOptions OPTIONS = TuningOptions.forExamples(5);

    private static final TuningOptions FEWER = OPTIONS.withSteps(4);
    private static final TuningOptions FEWEST = OPTIONS.withSteps(2);

    private static final int EXAMPLES = 5;
    private static final int QUESTIONS_OF_A_TASK = 8;
    private static final int TASKS_AT_ONCE = 4;

    /// @param vectors takes a task's vector, standardised
    /// @param rates of each matrix B, as in a generator's file
    static TunedValidation of(
            List<TrainingTask> tasks, PromptFormat format, Function<Task, float[]> vectors, List<Float> rates) {
        List<Task> requests = tasks.stream()
                .map(task -> new Task(
                        task.task().descriptions().getFirst(), task.examples().subList(0, EXAMPLES)))
                .toList();
        List<Batch.Sample> examples = IntStream.range(0, tasks.size())
                .mapToObj(i -> Episode.asked(
                        requests.get(i).description(), requests.get(i).examples(), format, i))
                .toList();
        return new TunedValidation(
                examples,
                requests.stream().map(vectors).toArray(float[][]::new),
                Validation.of(tasks, QUESTIONS_OF_A_TASK * tasks.size(), format),
                floats(rates));
    }

    private static float[] floats(List<Float> list) {
        float[] floats = new float[list.size()];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = list.get(i);
        }
        return floats;
    }

    SequencedMap<String, Double> figures(NDManager manager, BaseModel model, Foundation foundation) {
        SequencedMap<String, Double> figures = new LinkedHashMap<>();
        try (NDManager scope = manager.newSubManager()) {
            foundation.lend(scope);
            Lora generated = foundation.starts(scope, vectors, 1);
            put(figures, "", questions.score(scope, model, tuned(scope, model, generated, OPTIONS)));
            put(figures, "_at_2", questions.score(scope, model, tuned(scope, model, generated, FEWEST)));
            put(figures, "_before", questions.score(scope, model, generated));
            Lora shared = foundation.starts(scope, vectors, 0);
            put(figures, "_b0_at_4", questions.score(scope, model, tuned(scope, model, shared, FEWER)));
            put(figures, "_b0_before", questions.score(scope, model, shared));
        }
        return figures;
    }

    private static void put(SequencedMap<String, Double> figures, String of, Validation.Score score) {
        figures.put("loss" + of, score.loss());
        figures.put("exact" + of, score.exact());
    }

    /// @param starts an adapter for each task
    private Lora tuned(NDManager scope, BaseModel model, Lora starts, TuningOptions options) {
        RequestTuning tuning = new RequestTuning(model, options);
        List<NDList> parts = starts.b().stream().map(_ -> new NDList()).toList();
        for (int from = 0; from < examples.size(); from += TASKS_AT_ONCE) {
            int to = Math.min(examples.size(), from + TASKS_AT_ONCE);
            List<Batch.Sample> some = examples.subList(from, to);
            List<Batch.Sample> owned = IntStream.range(0, some.size())
                    .mapToObj(i -> new Batch.Sample(some.get(i).prompts(), i))
                    .toList();
            NDIndex tasks = new NDIndex("{}:{}", from, to);
            List<NDArray> b =
                    starts.b().stream().map(matrix -> matrix.get(tasks)).toList();
            try (NDManager part = scope.newSubManager()) {
                List<NDArray> tuned = tuning.tune(
                                part, new Lora(starts.modules(), starts.a(), b, starts.scale()), rates, owned)
                        .b();
                for (int i = 0; i < tuned.size(); i++) {
                    tuned.get(i).attach(scope);
                    parts.get(i).add(tuned.get(i));
                }
            }
        }
        List<NDArray> b = new ArrayList<>();
        parts.forEach(matrices -> b.add(NDArrays.concat(matrices)));
        return new Lora(starts.modules(), starts.a(), b, starts.scale());
    }
}
