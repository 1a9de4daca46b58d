package dev.icmlora.engine;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Stream;

import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.worker.Answer;

/// The numbers by which mode auto chooses and says how sure it is. `icm-lora calibrate` fits them for a generator,
/// on validation tasks and on examples of training tasks that training held back, and writes them into its file;
/// held-out tasks have no say.
///
/// @param tasks chance that an answer of a tuned task is exactly right, over what [#seen(Tuning.Summary)] gives
/// @param near distance up to which a task counts as known, see
/// [dev.icmlora.generator.network.Generator#seenDistance]
/// @param known chance of an exact answer for a known task that is not tuned
/// @param unknown the same for any other task
/// @param texts chance that one text of a tuned adapter is exactly right, over what
/// [#seen(Answer, Tuning.Summary, boolean, boolean)] gives. It was fitted to the likeliest text for a prompt without
/// examples, alone and with second opinions. Empty for a generator to which it was not fitted
/// @param labels the same of an answer that is one of some labels; empty where `texts` is
public record Calibration(
        Curve tasks, double near, double known, double unknown, Optional<Curve> texts, Optional<Curve> labels) {

    /// For a generator that was not calibrated: what was fitted to the default generator on 26 November 2026.
    public static final Calibration DEFAULT =
            new Calibration(new Curve(-3.65, 1.93, 3.93), 0.66, 0.48, 0.34, Optional.empty(), Optional.empty());

    private static final int OF_TASKS = 3;
    private static final int NUMBERS = 6;
    private static final int WITH_ANSWERS = 18;
    private static final int OF_ANSWERS = (WITH_ANSWERS - NUMBERS) / 2;
    /// Beyond these odds the model is as good as certain.
    private static final double MOST_LOG_ODDS = 12;

    /// A logistic curve.
    ///
    /// @param weights log odds where nothing is seen, then what a unit of each thing seen adds
    public record Curve(List<Double> weights) {

        public Curve {
            weights = List.copyOf(weights);
        }

        public Curve(double... weights) {
            this(Arrays.stream(weights).boxed().toList());
        }

        /// @param seen one number less than there are weights
        public double chance(double... seen) {
            double logOdds = weights.getFirst();
            for (int i = 0; i < seen.length; i++) {
                logOdds += weights.get(i + 1) * seen[i];
            }
            return 1 / (1 + Math.exp(-logOdds));
        }
    }

    /// Of a generator's file.
    ///
    /// @param numbers in the order of [#numbers]; none for a generator that was not calibrated
    /// @throws IllegalArgumentException if there are more or fewer
    public static Calibration of(List<Float> numbers) {
        if (numbers.isEmpty()) {
            return DEFAULT;
        }
        if (!List.of(NUMBERS, WITH_ANSWERS).contains(numbers.size())) {
            throw new IllegalArgumentException(
                    "a calibration has %d or %d numbers, the file has %d: calibrate the generator with this version"
                            .formatted(NUMBERS, WITH_ANSWERS, numbers.size()));
        }
        // As they were written: 0.66 and not the double that is nearest to the float.
        List<Double> exact = numbers.stream()
                .map(number -> Double.parseDouble(number.toString()))
                .toList();
        Calibration selection = new Calibration(
                new Curve(exact.subList(0, OF_TASKS)),
                exact.get(OF_TASKS),
                exact.get(OF_TASKS + 1),
                exact.get(OF_TASKS + 2),
                Optional.empty(),
                Optional.empty());
        return exact.size() < WITH_ANSWERS
                ? selection
                : selection.withAnswers(
                        new Curve(exact.subList(NUMBERS, NUMBERS + OF_ANSWERS)),
                        new Curve(exact.subList(NUMBERS + OF_ANSWERS, WITH_ANSWERS)));
    }

    /// The same with other curves for answers.
    ///
    /// @param ofLabels for those that are one of some labels
    public Calibration withAnswers(Curve ofTexts, Curve ofLabels) {
        return new Calibration(tasks, near, known, unknown, Optional.of(ofTexts), Optional.of(ofLabels));
    }

    /// As a generator's file holds them.
    public List<Float> numbers() {
        List<Double> numbers = new ArrayList<>(tasks.weights);
        numbers.addAll(List.of(near, known, unknown));
        Stream.of(texts, labels).flatMap(Optional::stream).forEach(curve -> numbers.addAll(curve.weights));
        return numbers.stream().map(Double::floatValue).toList();
    }

    /// Chance that an answer of a tuned task is exactly right.
    public double ofTask(Tuning.Summary tuning) {
        return tasks.chance(seen(tuning));
    }

    /// The same of a task that is not tuned.
    ///
    /// @param distance to the nearest task that the generator was trained on; empty where none is known
    public double ofTask(OptionalDouble distance) {
        return isNear(distance) ? known : unknown;
    }

    /// Whether the generator's own adapter is trusted. It is where no seen task is known: then nothing speaks
    /// against it.
    public boolean isNear(OptionalDouble distance) {
        return distance.isEmpty() || distance.getAsDouble() <= near;
    }

    /// Chance that one answer of a tuned task is exactly right; empty where that was not fitted.
    ///
    /// @param answer with its probability
    /// @param agreed whether a second opinion was the same answer
    /// @param differed whether it was another one
    public OptionalDouble ofAnswer(Answer answer, Tuning.Summary tuning, boolean agreed, boolean differed) {
        Optional<Curve> curve = answer.labels().isEmpty() ? texts : labels;
        return curve.stream()
                .mapToDouble(fitted -> fitted.chance(seen(answer, tuning, agreed, differed)))
                .findFirst();
    }

    /// What the curve of tasks is over: how likely the examples' answers were before and after tuning.
    public static double[] seen(Tuning.Summary tuning) {
        return new double[] {certainty(tuning.lossBefore()), certainty(tuning.lossAfter())};
    }

    /// What the curves of answers are over: the model's own probability of the answer, its length or the number of
    /// labels, how likely the examples' answers were after tuning, and the second opinion. A long text has a small
    /// probability, as right as it may be.
    public static double[] seen(Answer answer, Tuning.Summary tuning, boolean agreed, boolean differed) {
        return new double[] {
            logOdds(answer.probability().orElseThrow()),
            answer.labels().isEmpty()
                    ? Math.log1p(answer.tokens())
                    : Math.log(answer.labels().size()),
            certainty(tuning.lossAfter()),
            agreed ? 1 : 0,
            differed ? 1 : 0
        };
    }

    /// Probability of an answer token, the geometric mean.
    ///
    /// @param loss nats a token
    private static double certainty(double loss) {
        return Math.exp(-loss);
    }

    /// Of a probability, as far as it can be told from none and from certainty.
    private static double logOdds(double probability) {
        double logOdds = Math.log(probability) - Math.log1p(-Math.min(1, probability));
        return Math.clamp(logOdds, -MOST_LOG_ODDS, MOST_LOG_ODDS);
    }
}
