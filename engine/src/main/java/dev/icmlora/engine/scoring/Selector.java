package dev.icmlora.engine.scoring;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
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

/// Chooses how a task is served: tries candidates on the task's own examples and takes the one that the evidence
/// speaks for.
///
/// Belongs to the thread of the generator and the workbench.
public final class Selector {
    /// Distinct examples that a comparison needs.
    private static final int LEAST_EXAMPLES = 2;
    /// From this many origins on, the last is the middle of the two best.
    private static final int ORIGINS_FOR_BETWEEN = 5;

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
        Scoring examination = Scoring.of(format, task, forms, contextTokens);
        if (examination.examples().size() < LEAST_EXAMPLES) {
            boolean canShowExamples = options.examplesFit() && !task.examples().isEmpty();
            return withoutEvidence(prior, distance, canShowExamples);
        }
        return new Run(task, prior, distance, examination, options, bench).decide();
    }

    /// The generator's own adapter for a task like those it knows. For any other, examples are shown if there are any,
    /// and B0 serves if there are none.
    private Decision withoutEvidence(LatentDistribution prior, OptionalDouble distance, boolean canShowExamples) {
        boolean trusted = calibration.familiarity().trusts(distance);
        Candidate served;
        if (trusted) {
            served = new Candidate(Proposals.mean(prior), PromptForm.DESCRIPTION);
        } else if (canShowExamples) {
            served = new Candidate(Proposals.mean(prior), PromptForm.EXAMPLES);
        } else {
            served = new Candidate(Proposals.shared(prior), PromptForm.DESCRIPTION);
        }
        Adapter adapter = generate(List.of((Origin.Generated) served.origin())).getFirst();
        double confidence = calibration.confidence().ofFamiliarity(trusted);
        return new Decision(served, Optional.of(adapter), List.of(), distance, confidence, 0, false);
    }

    private List<Adapter> generate(List<Origin.Generated> origins) {
        float[] strengths = new float[origins.size()];
        for (int i = 0; i < strengths.length; i++) {
            strengths[i] = origins.get(i).strength();
        }
        List<float[]> latents = origins.stream().map(Origin.Generated::latent).toList();
        List<Adapter> made = new ArrayList<>();
        for (int from = 0; from < strengths.length; from += Generator.MAX_CANDIDATES) {
            int to = Math.min(strengths.length, from + Generator.MAX_CANDIDATES);
            made.addAll(generator.generate(latents.subList(from, to), Arrays.copyOfRange(strengths, from, to)));
        }
        return made;
    }

    /// One selection.
    private final class Run {
        private final Task task;
        private final LatentDistribution prior;
        private final OptionalDouble distance;
        private final Scoring examination;
        private final SelectionOptions options;
        private final Workbench bench;
        private final long start = System.nanoTime();
        private final Map<Origin, Adapter> adapters = new IdentityHashMap<>();
        private final List<ScoredCandidate> trials = new ArrayList<>();
        private Adapter applied;
        private int tokens;
        private boolean hurried;

        Run(
                Task task,
                LatentDistribution prior,
                OptionalDouble distance,
                Scoring examination,
                SelectionOptions options,
                Workbench bench) {
            this.task = task;
            this.prior = prior;
            this.distance = distance;
            this.examination = examination;
            this.options = options;
            this.bench = bench;
        }

        Decision decide() {
            ScoredCandidate chosen = choose();
            if (!options.refinement().isZero()
                    && chosen.candidate().origin() instanceof Origin.Generated origin
                    && !isHurried()) {
                chosen = refine(chosen, origin);
            }
            Adapter adapter = adapters.get(chosen.candidate().origin());
            double confidence = calibration.confidence().ofEvidence(chosen.evidence());
            return new Decision(
                    chosen.candidate(), Optional.ofNullable(adapter), trials, distance, confidence, tokens, hurried);
        }

        private ScoredCandidate choose() {
            DecisionRule rule = calibration.rule();
            int forms = examination.forms().size();
            int count = Math.ceilDiv(options.candidates(), forms);
            int listed = count >= ORIGINS_FOR_BETWEEN ? count - 1 : count;
            List<Origin> origins = Proposals.of(
                    prior, neighbourhood.nearest(prior.mean(), Proposals.NEIGHBOURS), options.seed(), count);
            tryFirst(origins.getFirst());
            if (rule.isSettledBy(trials.getFirst())) {
                return trials.getFirst();
            }
            if (examination.forms().contains(PromptForm.EXAMPLES)) {
                tryOne(origins.getFirst(), only(PromptForm.EXAMPLES));
            }
            tryAll(origins.subList(1, listed));
            if (listed < count) {
                tryAll(List.of(betweenTheBest().orElse(origins.getLast())));
            }
            return rule.choose(trials);
        }

        /// Tries the cheapest way by itself, since most tasks that the generator knows need no other.
        private void tryFirst(Origin origin) {
            prepare(List.of(origin));
            tryOne(origin, only(PromptForm.DESCRIPTION));
        }

        /// The same examples, judged in one form.
        private Scoring only(PromptForm form) {
            Task asked = new Task(task.description(), examination.examples());
            return Scoring.of(format, asked, EnumSet.of(form), contextTokens);
        }

        private void tryAll(List<Origin> origins) {
            prepare(origins);
            origins.forEach(origin -> tryOne(origin, examination));
        }

        private void prepare(List<Origin> origins) {
            List<Origin.Generated> generated = origins.stream()
                    .filter(Origin.Generated.class::isInstance)
                    .map(Origin.Generated.class::cast)
                    .toList();
            if (!generated.isEmpty()) {
                List<Adapter> made = generate(generated);
                for (int i = 0; i < made.size(); i++) {
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
            if (trials.size() == options.candidates() || !trials.isEmpty() && isTimeUp()) {
                return;
            }
            Map<PromptForm, Score> evidence;
            if (origin instanceof Origin.Base) {
                evidence = bench.examineBase(asked);
            } else {
                apply(adapters.get(origin));
                evidence = bench.examineAdapted(asked);
            }
            tokens += asked.tokens();
            evidence.forEach((form, of) -> {
                if (trials.size() < options.candidates()) {
                    trials.add(new ScoredCandidate(new Candidate(origin, form), of));
                }
            });
        }

        private void apply(Adapter adapter) {
            if (adapter != applied) {
                bench.apply(adapter);
                applied = adapter;
            }
        }

        /// Half way between the two latents that did best with the description alone, if two were tried.
        private Optional<Origin> betweenTheBest() {
            List<Origin.Generated> best = trials.stream()
                    .filter(trial -> trial.candidate().form() == PromptForm.DESCRIPTION)
                    .filter(trial ->
                            trial.candidate().origin() instanceof Origin.Generated origin && origin.strength() == 1)
                    .sorted(Comparator.comparingDouble(trial -> trial.evidence().loss()))
                    .map(trial -> (Origin.Generated) trial.candidate().origin())
                    .limit(2)
                    .toList();
            return best.size() < 2 ? Optional.empty() : Optional.of(Proposals.between(best.getFirst(), best.getLast()));
        }

        /// Looks for a latent that does better than what was chosen, in the same form of prompt.
        private ScoredCandidate refine(ScoredCandidate chosen, Origin.Generated origin) {
            PromptForm form = chosen.candidate().form();
            // B0 does not depend on the latent, so there the search is for a residual that betters it.
            float strength = origin.strength() == 0 ? 1 : origin.strength();
            Scoring narrow = only(form);
            LatentSearch<Adapter> search = new LatentSearch<>(
                    latents -> generate(latents.stream()
                            .<Origin.Generated>map(latent -> new Origin.Refined(latent, strength, origin))
                            .toList()),
                    adapter -> {
                        apply(adapter);
                        return bench.examineAdapted(narrow).get(form);
                    },
                    options.seed());
            apply(adapters.get(origin));
            Score rival = bench.examineAdapted(narrow).get(form);
            Optional<LatentSearch.Found<Adapter>> found =
                    search.search(origin.latent(), prior, rival, options.refinement());
            tokens += (1 + search.judgements()) * narrow.tokens();
            return found.map(better -> adopt(better, new Origin.Refined(better.latent(), strength, origin), form))
                    .orElse(chosen);
        }

        private ScoredCandidate adopt(LatentSearch.Found<Adapter> found, Origin.Refined origin, PromptForm form) {
            adapters.put(origin, found.weights());
            ScoredCandidate trial = new ScoredCandidate(new Candidate(origin, form), found.evidence());
            trials.add(trial);
            return trial;
        }
    }
}
