package dev.icmlora.engine.auto;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.engine.worker.Answer;

/// What a task's examples tell of its labels: linear classifiers on hidden states, beside the label words.
///
/// A part of it has some views of a text, φ, each scaled to length 1 and standardised by the examples:
/// log p(label) = `head` (D φ + d) + `words` (log p(words of the label) - its mean over the examples), up to a
/// constant. D and d are a ridge regression of the examples' labels on φ. How strongly it is held back, how much
/// it and the words count, and how much each part does, is told by what each example is taken for where it is left
/// out. So the probabilities are those of inputs that are not among the examples.
///
/// Inputs that come [#together] teach it too: what the parts, the words and a tuned adapter say of one input in sum,
/// each part learns about the others.
public final class LabelHead implements Serializable {

    private static final long serialVersionUID = 1L;

    /// Views of the parts, by their places in [Text#of]: the last token after 0.8 and 0.93 of the layers, where an
    /// answer takes shape; the mean after 0.2, where the words of the input are; and after 0.6 and 0.73.
    static final List<List<Integer>> PARTS = List.of(List.of(3, 4), List.of(5), List.of(6, 7));

    /// How strongly a regression may be held back; the kernel's mean diagonal is about 1.
    private static final double[] STRENGTHS = {0.1, 0.3, 1, 3, 10};
    /// How much the log-probabilities of all examples count where parts are weighed: they depend on each other.
    private static final double TRUST = 0.5;
    /// A feature that hardly varies counts as if it varied so much, as a part of how much all of its view do.
    private static final double LEAST_SPREAD = 1e-3;
    /// Where none varies at all.
    private static final double TINY = 1e-12;
    /// A label that is less likely counts as if it were so likely.
    private static final double LEAST = 1e-9;
    /// Where so much of the way from chance to certainty is known of those left out, better words make no more of
    /// them right.
    private static final double EXPLAINED = 0.75;
    /// Evidence above that of chance, in nats: with less of it, words tell nothing.
    private static final double TOLD = 0.05;
    /// As if so many examples more told nothing: the fewer there are, the less sure is what they tell.
    private static final double DOUBT = 2;

    /// With fewer inputs there is little to learn from them.
    private static final int LEAST_TOGETHER = 32;
    /// Examples and inputs that are learned from together: with more of them it takes longer than it is worth.
    private static final int MOST_TOGETHER = 512;
    /// Inputs that are looked at as one piece.
    private static final int PIECE = 32;
    /// How strongly the regression on examples and inputs is held back.
    private static final double STRENGTH_TOGETHER = 1;

    private final int[] labels;
    private final Part[] parts;
    private final double[] shares;
    private final double[] wordMeans;
    private final boolean leansOnWords;
    private final LeftOut leftOut;

    /// @param rows features of the examples
    /// @param ridge fitted to them
    private record Part(
            List<Integer> views, List<Standard> standards, float[][] rows, Ridge ridge, LabelWeights weights)
            implements Serializable {

        double[] logprobs(Text text, double[] words) {
            var features = features(text, views, standards);
            var scores = ridge.offsets().clone();
            for (var i = 0; i < rows.length; i++) {
                Ridge.add(product(rows[i], features), ridge.weights()[i], scores, scores.length);
            }
            return weights.logprobs(scores, words);
        }

        /// What it takes each of some inputs for, told by the examples and the other inputs.
        ///
        /// @param targets of the examples, then of the inputs
        /// @param strengths how strongly each is held back, in the same order
        /// @return scores of each input's labels
        double[][] together(List<Text> texts, double[][] targets, double[] strengths) {
            var all = Arrays.copyOf(LabelHead.doubles(rows), targets.length);
            for (var i = 0; i < texts.size(); i++) {
                all[rows.length + i] = features(texts.get(i), views, standards);
            }
            var kernel = products(all);
            for (var i = 0; i < kernel.length; i++) {
                kernel[i][i] += strengths[i] - STRENGTH_TOGETHER;
            }
            var told = Ridge.of(kernel, targets, STRENGTH_TOGETHER).leftOut();
            return Arrays.copyOfRange(told, rows.length, told.length);
        }
    }

    /// @param leftOut natural logarithm of each label's probability, of each example where it is left out
    /// @param byStates the same without the words
    private record Fitted(Part part, List<double[]> leftOut, List<double[]> byStates) {}

    /// A text as it is read.
    ///
    /// @param views hidden states of it, as many of each text and as long
    /// @param words log-probability of each label
    record Text(List<float[]> views, double[] words) {

        /// @param read with the hidden states of its prompt
        static Text of(Answer read) {
            var states = read.states().orElseThrow();
            return new Text(
                    Stream.concat(states.last().stream(), states.mean().stream())
                            .toList(),
                    logs(read));
        }

        /// The same texts with other words.
        static List<Text> worded(List<Text> texts, List<double[]> words) {
            return IntStream.range(0, texts.size())
                    .mapToObj(i -> new Text(texts.get(i).views, words.get(i)))
                    .toList();
        }

        /// @return natural logarithm of each label's probability, in their order
        static double[] logs(Answer read) {
            return read.labels().values().stream()
                    .mapToDouble(each -> Math.log(Math.max(each, LEAST)))
                    .toArray();
        }
    }

    /// How a view is made equal to those of the examples.
    record Standard(double[] mean, double[] spread) implements Serializable {

        static Standard of(List<double[]> rows) {
            var mean = new double[rows.getFirst().length];
            var spread = new double[mean.length];
            for (var row : rows) {
                for (var i = 0; i < mean.length; i++) {
                    mean[i] += row[i] / rows.size();
                }
            }
            var all = Arrays.stream(mean).average().orElse(0);
            var square = 0.0;
            for (var row : rows) {
                for (var i = 0; i < mean.length; i++) {
                    spread[i] += (row[i] - mean[i]) * (row[i] - mean[i]) / rows.size();
                    square += (row[i] - all) * (row[i] - all) / rows.size() / mean.length;
                }
            }
            var least = LEAST_SPREAD * Math.sqrt(square) + TINY;
            for (var i = 0; i < spread.length; i++) {
                spread[i] = Math.sqrt(spread[i]) + least;
            }
            return new Standard(mean, spread);
        }

        /// @param to its part of all features
        void standardise(double[] row, double[] to, int from, double size) {
            for (var i = 0; i < row.length; i++) {
                to[from + i] = (row[i] - mean[i]) / spread[i] / size;
            }
        }
    }

    private LabelHead(
            int[] labels, Part[] parts, double[] shares, double[] wordMeans, boolean leansOnWords, LeftOut leftOut) {
        this.labels = labels;
        this.parts = parts;
        this.shares = shares;
        this.wordMeans = wordMeans;
        this.leansOnWords = leansOnWords;
        this.leftOut = leftOut;
    }

    /// Bytes of memory that one takes.
    static int bytes(int width, int labels, int examples) {
        var views = PARTS.stream().mapToInt(List::size).sum();
        var ofExample = Float.BYTES * views * width + 2 * Double.BYTES * labels * PARTS.size();
        return ofExample * examples + 2 * Double.BYTES * views * width + LeftOut.BYTES_OF_EXAMPLE * examples;
    }

    /// Computes the pieces of what would take seconds, so that other work comes between them.
    interface Pieces {
        <T> T compute(Supplier<T> piece);
    }

    /// @param examples two or more
    /// @param labels of the examples, by their places
    static LabelHead fit(List<Text> examples, int[] labels, List<List<Integer>> parts, Pieces pieces) {
        var count = examples.getFirst().words.length;
        var targets = targets(labels, count);
        var wordMeans = new double[count];
        examples.forEach(text -> Ridge.add(1.0 / examples.size(), text.words, wordMeans, count));
        var words = examples.stream().map(text -> minus(text.words, wordMeans)).toArray(double[][]::new);
        var fitted = parts.stream()
                .map(views -> fit(examples, views, targets, words, labels, pieces))
                .toList();
        var trusted = fitted.stream()
                .mapToDouble(each -> TRUST * labels.length * each.part.weights.evidence())
                .toArray();
        var shares =
                Arrays.stream(LabelWeights.normalised(trusted)).map(Math::exp).toArray();
        return new LabelHead(
                labels,
                fitted.stream().map(Fitted::part).toArray(Part[]::new),
                shares,
                wordMeans,
                pieces.compute(() -> leansOnWords(fitted, shares, words, labels)),
                leftOut(fitted, shares, labels));
    }

    private static boolean leansOnWords(List<Fitted> parts, double[] shares, double[][] words, int[] labels) {
        var chance = -Math.log(words[0].length);
        var nothing = new double[labels.length][words[0].length];
        var byWords = LabelWeights.of(nothing, words, labels).evidence();
        var byStates = IntStream.range(0, labels.length)
                .mapToDouble(i -> mixed(
                        shares, parts.stream().map(part -> part.byStates.get(i)).toList())[labels[i]])
                .average()
                .orElseThrow();
        return byWords > byStates && byWords > chance + TOLD;
    }

    private static double[][] targets(int[] labels, int count) {
        var targets = new double[labels.length][count];
        for (var i = 0; i < labels.length; i++) {
            targets[i][labels[i]] = 1;
        }
        return targets;
    }

    private static LeftOut leftOut(List<Fitted> parts, double[] shares, int[] labels) {
        var told = new ArrayList<LeftOut.Told>();
        for (var i = 0; i < labels.length; i++) {
            var place = i;
            var logs = mixed(
                    shares, parts.stream().map(part -> part.leftOut.get(place)).toList());
            var calibrated = tempered(logs, labels.length, 0);
            var likeliest = IntStream.range(0, calibrated.length)
                    .reduce((one, other) -> calibrated[other] > calibrated[one] ? other : one)
                    .orElseThrow();
            told.add(new LeftOut.Told(Math.exp(calibrated[likeliest]), likeliest == labels[i]));
        }
        return new LeftOut(told);
    }

    /// What one part makes of the examples before it is fitted.
    private record Kernel(List<Standard> standards, double[][] rows, double[][] products) {

        static Kernel of(List<Text> examples, List<Integer> views) {
            var standards = views.stream()
                    .map(view -> Standard.of(examples.stream()
                            .map(text -> unit(text.views.get(view)))
                            .toList()))
                    .toList();
            var rows = examples.stream()
                    .map(text -> LabelHead.features(text, views, standards))
                    .toArray(double[][]::new);
            return new Kernel(standards, rows, LabelHead.products(rows));
        }
    }

    private record Tried(Ridge ridge, LabelWeights weights) {}

    private static Fitted fit(
            List<Text> examples,
            List<Integer> views,
            double[][] targets,
            double[][] words,
            int[] labels,
            Pieces pieces) {
        var kernel = pieces.compute(() -> Kernel.of(examples, views));
        Tried best = null;
        for (var strength : STRENGTHS) {
            var tried = pieces.compute(() -> {
                var ridge = Ridge.of(kernel.products, targets, strength);
                return new Tried(ridge, LabelWeights.of(ridge.leftOut(), words, labels));
            });
            if (best == null || tried.weights.evidence() > best.weights.evidence()) {
                best = tried;
            }
        }
        var ridge = best.ridge;
        var weights = best.weights;
        var nothing = new double[labels.length][words[0].length];
        var byStates = pieces.compute(() -> LabelWeights.of(ridge.leftOut(), nothing, labels));
        return new Fitted(
                new Part(
                        views,
                        kernel.standards,
                        Arrays.stream(kernel.rows).map(LabelHead::floats).toArray(float[][]::new),
                        ridge,
                        weights),
                logprobs(weights, ridge, words),
                logprobs(byStates, ridge, nothing));
    }

    private static List<double[]> logprobs(LabelWeights weights, Ridge ridge, double[][] words) {
        return IntStream.range(0, words.length)
                .mapToObj(i -> weights.logprobs(ridge.leftOut()[i], words[i]))
                .toList();
    }

    private static double[] features(Text text, List<Integer> views, List<Standard> standards) {
        var width =
                standards.stream().mapToInt(standard -> standard.mean.length).sum();
        var features = new double[width];
        var from = 0;
        for (var i = 0; i < views.size(); i++) {
            var row = unit(text.views.get(views.get(i)));
            standards.get(i).standardise(row, features, from, Math.sqrt(width));
            from += row.length;
        }
        return features;
    }

    static double[] unit(float[] row) {
        var square = 0.0;
        for (var value : row) {
            square += (double) value * value;
        }
        var unit = new double[row.length];
        for (var i = 0; i < unit.length && square > 0; i++) {
            unit[i] = row[i] / Math.sqrt(square);
        }
        return unit;
    }

    static double[][] products(double[][] features) {
        var products = new double[features.length][features.length];
        for (var i = 0; i < products.length; i++) {
            for (var j = 0; j <= i; j++) {
                products[i][j] = Ridge.dot(features[i], features[j], features[i].length);
                products[j][i] = products[i][j];
            }
        }
        return products;
    }

    /// As [Ridge#dot].
    private static double product(float[] row, double[] features) {
        var i = 0;
        double s0 = 0;
        double s1 = 0;
        double s2 = 0;
        double s3 = 0;
        for (; i + 3 < row.length; i += 4) {
            s0 += row[i] * features[i];
            s1 += row[i + 1] * features[i + 1];
            s2 += row[i + 2] * features[i + 2];
            s3 += row[i + 3] * features[i + 3];
        }
        for (; i < row.length; i++) {
            s0 += row[i] * features[i];
        }
        return s0 + s1 + s2 + s3;
    }

    static float[] floats(double[] row) {
        var floats = new float[row.length];
        for (var i = 0; i < row.length; i++) {
            floats[i] = (float) row[i];
        }
        return floats;
    }

    private static double[][] doubles(float[][] rows) {
        return Arrays.stream(rows)
                .map(row ->
                        IntStream.range(0, row.length).mapToDouble(i -> row[i]).toArray())
                .toArray(double[][]::new);
    }

    private static double[] minus(double[] row, double[] mean) {
        return IntStream.range(0, row.length).mapToDouble(i -> row[i] - mean[i]).toArray();
    }

    /// Whether it tells the examples apart well enough to do without better words.
    boolean explains() {
        var chance = 1.0 / wordMeans.length;
        return weights().right() - chance >= EXPLAINED * (1 - chance);
    }

    /// Whether the words alone tell the examples apart, and better than the hidden states alone do: then tuning,
    /// which changes what is said, makes more right.
    boolean leansOnWords() {
        return leansOnWords;
    }

    /// What it takes its examples for where each is left out, as sure as [#calibrated] says.
    LeftOut leftOut() {
        return leftOut;
    }

    /// How much head and words count, and what they made of the examples: the mean over the parts.
    LabelWeights weights() {
        return new LabelWeights(
                mean(part -> part.weights.head()),
                mean(part -> part.weights.words()),
                mean(part -> part.weights.evidence()),
                mean(part -> part.weights.right()));
    }

    private double mean(ToDoubleFunction<Part> of) {
        return IntStream.range(0, shares.length)
                .mapToDouble(part -> shares[part] * of.applyAsDouble(parts[part]))
                .sum();
    }

    /// Those that say nothing.
    double[] usualWords() {
        return wordMeans;
    }

    /// @return natural logarithm of each label's probability, of each text
    List<double[]> logprobs(List<Text> texts, Pieces pieces) {
        return IntStream.iterate(0, from -> from < texts.size(), from -> from + PIECE)
                .mapToObj(from -> texts.subList(from, Math.min(from + PIECE, texts.size())))
                .flatMap(some ->
                        pieces.compute(() -> some.stream().map(this::logprobs).toList()).stream())
                .toList();
    }

    double[] logprobs(Text text) {
        var words = minus(text.words, wordMeans);
        return mixed(
                shares,
                Arrays.stream(parts).map(part -> part.logprobs(text, words)).toList());
    }

    /// What inputs of one request are taken for, told by each other too: the mean of what it says of each alone and
    /// of what its parts say where they learn from the other inputs as from examples, the surer the more. One round
    /// of transductive co-training.
    ///
    /// @param alone what [#logprobs] says of each text
    /// @param said natural logarithm of each label's probability, by all that has a say, of each text
    /// @return as `alone`, which it is where there are too few texts, or too many
    List<double[]> together(List<Text> texts, List<double[]> alone, List<double[]> said, Pieces pieces) {
        if (texts.size() < LEAST_TOGETHER || labels.length + texts.size() > MOST_TOGETHER) {
            return alone;
        }
        var targets = Arrays.copyOf(targets(labels, wordMeans.length), labels.length + texts.size());
        var strengths = new double[targets.length];
        Arrays.fill(strengths, STRENGTH_TOGETHER);
        for (var i = 0; i < texts.size(); i++) {
            var chances = Arrays.stream(said.get(i)).map(Math::exp).toArray();
            targets[labels.length + i] = chances;
            strengths[labels.length + i] /= Arrays.stream(chances).max().orElseThrow();
        }
        var scores = new double[texts.size()][wordMeans.length];
        for (var part = 0; part < shares.length; part++) {
            var of = parts[part];
            var told = pieces.compute(() -> of.together(texts, targets, strengths));
            for (var i = 0; i < scores.length; i++) {
                Ridge.add(shares[part] * of.weights.head(), told[i], scores[i], scores[i].length);
            }
        }
        return IntStream.range(0, scores.length)
                .mapToObj(i -> {
                    var mean = LabelWeights.normalised(scores[i]);
                    Ridge.add(1, alone.get(i), mean, mean.length);
                    return Arrays.stream(mean).map(each -> each / 2).toArray();
                })
                .toList();
    }

    /// The mean of the parts' probabilities.
    private static double[] mixed(double[] shares, List<double[]> logprobs) {
        var sum = new double[logprobs.getFirst().length];
        for (var part = 0; part < shares.length; part++) {
            for (var label = 0; label < sum.length; label++) {
                sum[label] += shares[part] * Math.exp(logprobs.get(part)[label]);
            }
        }
        return Arrays.stream(sum)
                .map(chance -> Math.log(Math.max(chance, LEAST)))
                .toArray();
    }

    /// Log-probabilities that are true: of inputs whose likeliest label has one probability, that share is right.
    /// Which label is likeliest stays as it is.
    ///
    /// @param logs of each label, by this head and what else has a say
    /// @param others weight of what else has a say: what is added up says much of it twice
    double[] calibrated(double[] logs, double others) {
        return tempered(logs, leftOut.examples().size(), others);
    }

    private static double[] tempered(double[] logs, int examples, double others) {
        var part = examples / (examples + DOUBT) / (1 + others);
        return LabelWeights.normalised(
                Arrays.stream(logs).map(each -> part * each).toArray());
    }
}
