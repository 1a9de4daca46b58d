package dev.icmlora.trainer.calibration;

import dev.icmlora.trainer.curriculum.PromptSampler;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.random.RandomGenerator;

import dev.icmlora.engine.scoring.Candidate;
import dev.icmlora.engine.scoring.Neighbourhood;
import dev.icmlora.engine.scoring.Origin;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.engine.scoring.Proposals;
import dev.icmlora.engine.scoring.Score;
import dev.icmlora.engine.scoring.ScoredCandidate;
import dev.icmlora.engine.scoring.Scoring;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.network.LatentDistribution;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;

/// Tries every candidate on a task's examples and on inputs that it has not seen.
final class Observer {
    private static final int ORIGINS = 4;

    private final Workroom room;
    private final Neighbourhood neighbourhood;

    Observer(Workroom room) {
        this.room = room;
        this.neighbourhood = new Neighbourhood(room.generator().seenTasks());
    }

    /// @param known examples to draw the task's from
    /// @param unknown examples to test with
    /// @param examples that the task brings; below 2 there is no evidence, and only the tests are taken
    Observation observe(
            String id,
            boolean seen,
            String description,
            List<Example> known,
            List<Example> unknown,
            int examples,
            RandomGenerator random) {
        Task task = new Task(description, PromptSampler.distinct(known, examples, Set.of(), random));
        List<Example> tests = unknown.subList(0, Math.min(Workroom.TESTS, unknown.size()));
        LatentDistribution prior = room.generator().prior(room.fingerprint(task));
        OptionalDouble distance = neighbourhood.distance(prior.mean());
        List<Origin> origins =
                Proposals.of(prior, neighbourhood.nearest(prior.mean(), Proposals.NEIGHBOURS), 0, ORIGINS);
        Scoring evidence = Scoring.of(room.format(), task, EnumSet.allOf(PromptForm.class), Workroom.CONTEXT);
        Scoring test = Scoring.ofTests(room.format(), task, tests);
        List<ScoredCandidate> scored = new ArrayList<>();
        List<Double> right = new ArrayList<>();
        for (Origin origin : origins) {
            apply(origin);
            Map<PromptForm, Score> tested = examine(origin, test);
            // Without a comparison the tests stand in, so that each form has a candidate; nothing is decided on it.
            Map<PromptForm, Score> tried = evidence.forms().size() < 2 ? tested : examine(origin, evidence);
            tried.forEach((form, of) -> {
                scored.add(new ScoredCandidate(new Candidate(origin, form), of));
                right.add(tested.get(form).exact());
            });
        }
        return new Observation(id, seen, evidence.examples().size(), distance, scored, right);
    }

    private void apply(Origin origin) {
        if (origin instanceof Origin.Generated generated) {
            Adapter adapter = room.generator()
                    .generate(List.of(generated.latent()), new float[] {generated.strength()})
                    .getFirst();
            room.apply(adapter);
        }
    }

    private Map<PromptForm, Score> examine(Origin origin, Scoring scoring) {
        return origin instanceof Origin.Base ? room.scoreBase(scoring) : room.scoreAdapted(scoring);
    }
}
