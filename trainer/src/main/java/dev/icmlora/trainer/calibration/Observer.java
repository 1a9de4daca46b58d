package dev.icmlora.trainer.calibration;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.selection.Selector;
import dev.icmlora.engine.selection.Way;
import dev.icmlora.engine.tune.TuningOptions;
import dev.icmlora.engine.tune.TuningSummary;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.SamplingOptions;
import dev.icmlora.trainer.curriculum.PromptSampler;

/// Serves a task in every way that mode auto may choose, on inputs that it has not seen.
final class Observer {
    private static final int TESTS = 8;
    /// So many tokens more than the right answer has show that one does not end where it should.
    private static final int SPARE_TOKENS = 8;

    private final Engine engine;
    private final EngineSession session;

    Observer(Engine engine) {
        this.engine = engine;
        this.session = engine.session(new Cancellation());
    }

    /// @param known examples to draw the task's from
    /// @param unknown examples to test with
    /// @param examples that the task brings
    Observation observe(
            boolean seen,
            String description,
            List<Example> known,
            List<Example> unknown,
            int examples,
            RandomGenerator random) {
        Task task = new Task(description, PromptSampler.distinct(known, examples, Set.of(), random));
        List<Example> tests = unknown.subList(0, Math.min(TESTS, unknown.size()));
        var vector = session.fingerprint(task);
        Adapter generated = session.generate(vector, 1);
        Adapter shared = session.generate(vector, 0);
        Map<Way, Double> right = new EnumMap<>(Way.class);
        right.put(Way.GENERATED, right(generated, Way.GENERATED, task, tests));
        right.put(Way.SHARED, right(shared, Way.SHARED, task, tests));
        if (!task.examples().isEmpty()) {
            right.put(Way.SHARED_EXAMPLES, right(shared, Way.SHARED_EXAMPLES, task, tests));
        }
        Optional<TuningSummary> tuning = Optional.empty();
        if (Selector.isTuned(task)) {
            var options = TuningOptions.forExamples(task.examples().size());
            var tuned = session.tune(generated, task, options, Optional.empty(), _ -> {});
            tuning = Optional.of(tuned.report().summary());
            right.put(Way.TUNED, right(tuned.adapter(), Way.TUNED, task, tests));
        }
        return new Observation(seen, session.seenDistance(vector), tuning, right);
    }

    private double right(Adapter adapter, Way way, Task task, List<Example> tests) {
        List<Example> shown = way.showsExamples() ? task.examples() : List.of();
        List<int[]> prompts = tests.stream()
                .map(test -> engine.format()
                        .query(task.description(), shown, test.input())
                        .tokens())
                .toList();
        int longest = tests.stream()
                .mapToInt(test -> engine.format().answer(test.output()).length)
                .max()
                .orElseThrow();
        var decoding = new Decoding(SamplingOptions.GREEDY, longest + SPARE_TOKENS, engine.stops(List.of()));
        List<String> answers = session.answer(Optional.of(new ScaledAdapter(adapter, 1)), prompts, decoding)
                .texts();
        int right = 0;
        for (int i = 0; i < tests.size(); i++) {
            if (answers.get(i).strip().equals(tests.get(i).output().strip())) {
                right++;
            }
        }
        return (double) right / tests.size();
    }
}
