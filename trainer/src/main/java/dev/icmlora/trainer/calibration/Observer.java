package dev.icmlora.trainer.calibration;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.random.RandomGenerator;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.scoring.Candidate;
import dev.icmlora.engine.scoring.Neighbourhood;
import dev.icmlora.engine.scoring.Origin;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.engine.scoring.Proposals;
import dev.icmlora.engine.scoring.Score;
import dev.icmlora.engine.scoring.ScoredCandidate;
import dev.icmlora.engine.scoring.Scoring;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.generator.network.LatentDistribution;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.trainer.curriculum.PromptSampler;

/// Tries every candidate on a task's examples and on inputs that it has not seen.
final class Observer {
    private static final int ORIGINS = 4;
    private static final int TESTS = 8;
    /// Test inputs that are asked at once: each takes a sequence with examples and one without.
    private static final int TOGETHER = Scoring.SEQUENCES / 2;

    private final Engine engine;
    private final EngineSession session;
    private final Neighbourhood neighbourhood;

    Observer(Engine engine) {
        this.engine = engine;
        this.session = engine.session(new Cancellation());
        this.neighbourhood = new Neighbourhood(engine.seenTasks());
    }

    /// @param known examples to draw the task's from
    /// @param unknown examples to test with
    /// @param examples that the task brings; below 2 there is nothing to score, and only the tests are taken
    Observation observe(
            String id,
            boolean seen,
            String description,
            List<Example> known,
            List<Example> unknown,
            int examples,
            RandomGenerator random) {
        Task task = new Task(description, PromptSampler.distinct(known, examples, Set.of(), random));
        List<Example> tests = unknown.subList(0, Math.min(TESTS, unknown.size()));
        LatentDistribution prior = session.prior(session.fingerprint(task));
        OptionalDouble distance = neighbourhood.distance(prior.mean());
        List<Origin> origins = Proposals.of(prior, neighbourhood.nearest(prior.mean()), ORIGINS);
        Scoring scoring = Scoring.of(engine.format(), task, EnumSet.allOf(PromptForm.class), engine.contextTokens());
        List<ScoredCandidate> scored = new ArrayList<>();
        List<Double> right = new ArrayList<>();
        for (Origin origin : origins) {
            Optional<ScaledAdapter> adapter = adapter(origin);
            Map<PromptForm, Score> tested = test(adapter, task, tests);
            // Without a comparison the tests stand in, so that each form has a candidate; nothing is decided on it.
            Map<PromptForm, Score> tried = scoring.forms().size() < 2 ? tested : session.score(adapter, scoring);
            tried.forEach((form, of) -> {
                scored.add(new ScoredCandidate(new Candidate(origin, form), of));
                right.add(tested.get(form).exact());
            });
        }
        return new Observation(id, seen, scoring.examples().size(), distance, scored, right);
    }

    private Optional<ScaledAdapter> adapter(Origin origin) {
        return switch (origin) {
            case Origin.Base _ -> Optional.empty();
            case Origin.Generated generated ->
                Optional.of(new ScaledAdapter(session.generate(generated.latent(), generated.strength()), 1));
        };
    }

    private Map<PromptForm, Score> test(Optional<ScaledAdapter> adapter, Task task, List<Example> tests) {
        Map<PromptForm, Score> scores = new EnumMap<>(PromptForm.class);
        for (int from = 0; from < tests.size(); from += TOGETHER) {
            List<Example> some = tests.subList(from, Math.min(tests.size(), from + TOGETHER));
            session.score(adapter, Scoring.ofTests(engine.format(), task, some))
                    .forEach((form, score) -> scores.merge(form, score, Score::and));
        }
        return scores;
    }
}
