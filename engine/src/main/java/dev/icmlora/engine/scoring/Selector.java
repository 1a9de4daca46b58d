package dev.icmlora.engine.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.network.Generator;
import dev.icmlora.generator.network.LatentDistribution;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;
import dev.icmlora.generator.vector.TaskVector;

/// Chooses how a task is served: tries candidates on the task's own examples and takes the one that the scores
/// speaks for.
///
/// Belongs to the thread of the generator and the workbench.
public final class Selector {
    /// Distinct examples that a comparison needs.
    private static final int LEAST_EXAMPLES = 2;

    private final Generator generator;
    private final PromptFormat format;
    private final int contextTokens;
    private final Calibration calibration;
    private final Neighbourhood neighbourhood;

    /// @param contextTokens of the workbench's contexts
    public Selector(Generator generator, PromptFormat format, int contextTokens, Calibration calibration) {
        this.generator = generator;
        this.format = format;
        this.contextTokens = contextTokens;
        this.calibration = calibration;
        this.neighbourhood = new Neighbourhood(generator.seenTasks());
    }

    /// @param vector of `task`
    public Decision select(Task task, TaskVector vector, SelectionOptions options, Workbench bench) {
        LatentDistribution prior = generator.prior(vector);
        OptionalDouble distance = neighbourhood.distance(prior.mean());
        Set<PromptForm> forms =
                options.examplesFit() ? EnumSet.allOf(PromptForm.class) : EnumSet.of(PromptForm.DESCRIPTION);
        Scoring scoring = Scoring.of(format, task, forms, contextTokens);
        if (scoring.examples().size() < LEAST_EXAMPLES) {
            var canShowExamples = options.examplesFit() && !task.examples().isEmpty();
            return withoutScores(prior, distance, canShowExamples);
        }
        return new Run(task, prior, distance, scoring, options, bench).decide();
    }

    /// The generator's own adapter for a task like those it knows. For any other, examples are shown if there are any,
    /// and B0 serves if there are none.
    private Decision withoutScores(LatentDistribution prior, OptionalDouble distance, boolean canShowExamples) {
        var trusted = calibration.familiarity().trusts(distance);
        Candidate served;
        if (trusted) {
            served = new Candidate(Proposals.mean(prior), PromptForm.DESCRIPTION);
        } else if (canShowExamples) {
            served = new Candidate(Proposals.mean(prior), PromptForm.EXAMPLES);
        } else {
            served = new Candidate(Proposals.shared(prior), PromptForm.DESCRIPTION);
        }
        Adapter adapter = generate(List.of((Origin.Generated) served.origin())).getFirst();
        var confidence = calibration.confidence().ofFamiliarity(trusted);
        return new Decision(served, Optional.of(adapter), List.of(), distance, confidence, 0, false);
    }

    private List<Adapter> generate(List<Origin.Generated> origins) {
        var strengths = new float[origins.size()];
        for (var i = 0; i < strengths.length; i++) {
            strengths[i] = origins.get(i).strength();
        }
        List<float[]> latents = origins.stream().map(Origin.Generated::latent).toList();
        List<Adapter> made = new ArrayList<>();
        for (var from = 0; from < strengths.length; from += Generator.MAX_CANDIDATES) {
            var to = Math.min(strengths.length, from + Generator.MAX_CANDIDATES);
            made.addAll(generator.generate(latents.subList(from, to), Arrays.copyOfRange(strengths, from, to)));
        }
        return made;
    }

    /// One selection.
    private final class Run {
        private final Task task;
        private final LatentDistribution prior;
        private final OptionalDouble distance;
        private final Scoring scoring;
        private final SelectionOptions options;
        private final Workbench bench;
        private final long start = System.nanoTime();
        private final Map<Origin, Adapter> adapters = new IdentityHashMap<>();
        private final List<ScoredCandidate> scored = new ArrayList<>();
        private Adapter applied;
        private int tokens;
        private boolean hurried;

        Run(
                Task task,
                LatentDistribution prior,
                OptionalDouble distance,
                Scoring scoring,
                SelectionOptions options,
                Workbench bench) {
            this.task = task;
            this.prior = prior;
            this.distance = distance;
            this.scoring = scoring;
            this.options = options;
            this.bench = bench;
        }

        Decision decide() {
            ScoredCandidate chosen = choose();
            Adapter adapter = adapters.get(chosen.candidate().origin());
            var confidence = calibration.confidence().ofScore(chosen.score());
            return new Decision(
                    chosen.candidate(), Optional.ofNullable(adapter), scored, distance, confidence, tokens, hurried);
        }

        private ScoredCandidate choose() {
            var rule = calibration.rule();
            var forms = scoring.forms().size();
            var count = Math.ceilDiv(options.candidates(), forms);
            var origins = Proposals.of(prior, neighbourhood.nearest(prior.mean()), count);
            tryFirst(origins.getFirst());
            if (rule.isSettledBy(scored.getFirst())) {
                return scored.getFirst();
            }
            if (scoring.forms().contains(PromptForm.EXAMPLES)) {
                tryOne(origins.getFirst(), only(PromptForm.EXAMPLES));
            }
            tryAll(origins.subList(1, origins.size()));
            return rule.choose(scored);
        }

        /// Tries the cheapest way by itself, since most tasks that the generator knows need no other.
        private void tryFirst(Origin origin) {
            prepare(List.of(origin));
            tryOne(origin, only(PromptForm.DESCRIPTION));
        }

        /// The same examples, judged in one form.
        private Scoring only(PromptForm form) {
            Task asked = new Task(task.description(), scoring.examples());
            return Scoring.of(format, asked, EnumSet.of(form), contextTokens);
        }

        private void tryAll(List<Origin> origins) {
            prepare(origins);
            origins.forEach(origin -> tryOne(origin, scoring));
        }

        private void prepare(List<Origin> origins) {
            List<Origin.Generated> generated = origins.stream()
                    .filter(Origin.Generated.class::isInstance)
                    .map(Origin.Generated.class::cast)
                    .toList();
            if (!generated.isEmpty()) {
                List<Adapter> made = generate(generated);
                for (var i = 0; i < made.size(); i++) {
                    adapters.put(generated.get(i), made.get(i));
                }
            }
        }

        /// Looked at only where there is more to try.
        private boolean isHurried() {
            hurried |= bench.isShortOfTime();
            return hurried;
        }

        private boolean isTimeUp() {
            Duration spent = Duration.ofNanos(System.nanoTime() - start);
            return options.budget()
                            .filter(budget -> spent.compareTo(budget) >= 0)
                            .isPresent()
                    || isHurried();
        }

        /// Does nothing when enough were tried, or time is up.
        private void tryOne(Origin origin, Scoring asked) {
            if (scored.size() == options.candidates() || !scored.isEmpty() && isTimeUp()) {
                return;
            }
            Map<PromptForm, Score> scores;
            if (origin instanceof Origin.Base) {
                scores = bench.scoreBase(asked);
            } else {
                apply(adapters.get(origin));
                scores = bench.scoreAdapted(asked);
            }
            tokens += asked.tokens();
            scores.forEach((form, of) -> {
                if (scored.size() < options.candidates()) {
                    scored.add(new ScoredCandidate(new Candidate(origin, form), of));
                }
            });
        }

        private void apply(Adapter adapter) {
            if (adapter != applied) {
                bench.apply(adapter);
                applied = adapter;
            }
        }
    }
}
