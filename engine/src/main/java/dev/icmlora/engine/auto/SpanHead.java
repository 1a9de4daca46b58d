package dev.icmlora.engine.auto;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

import dev.icmlora.engine.auto.LabelHead.Standard;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Words;
import dev.icmlora.llama.Vocabulary;

/// What a task's examples tell of where spans begin and end: two ridge regressions on the hidden states of an
/// input's tokens. One sees the token that a word begins with and the one before it, the other the token that a word
/// ends with and the one after it. Models find values, and are often a word off: "on Friday" in place of "Friday".
final class SpanHead {

    /// How strongly a regression is held back; the kernel's mean diagonal is about 1.
    private static final double STRENGTH = 0.1;
    /// Of the scores of both ends, which are about 1 for the right ones, beside a span's log-probability.
    private static final double WEIGHT = 20;
    /// Words of all examples that it is fitted to.
    private static final int MOST_WORDS = 512;
    /// A span that is less likely, or was not read, counts as if it were so likely.
    private static final double LEAST = 1e-6;

    private final Ends starts;
    private final Ends ends;

    /// One of the regressions.
    private record Ends(Standard standard, float[] directions, double offset) {

        static Ends fit(List<double[]> rows, double[] targets) {
            var standard = Standard.of(rows);
            var features = rows.stream().map(standard::standardised).toArray(double[][]::new);
            var columns = Arrays.stream(targets)
                    .mapToObj(target -> new double[] {target})
                    .toArray(double[][]::new);
            var ridge = Ridge.of(LabelHead.products(features), columns, STRENGTH);
            var directions = LabelHead.directions(features, ridge.weights(), 1)[0];
            return new Ends(standard, directions, ridge.offsets()[0]);
        }

        double score(double[] row) {
            var features = standard.standardised(row);
            var score = offset;
            for (var i = 0; i < features.length; i++) {
                score += directions[i] * features[i];
            }
            return score;
        }
    }

    /// An input as it was read.
    ///
    /// @param states of the token before the input, of each token of it, and of the prompt's last one
    record Text(Words words, List<float[]> states, int[] firsts, int[] lasts) {

        /// @param states of the token before the input, and of all after that
        static Text of(String input, List<float[]> states, Vocabulary vocabulary) {
            var tokens = vocabulary.tokenize(input, false);
            var words = Words.of(tokens.length == 0 ? "" : input);
            var ends = new int[tokens.length];
            for (var token = 0; token < tokens.length; token++) {
                ends[token] = vocabulary.piece(tokens[token]).length + (token == 0 ? 0 : ends[token - 1]);
            }
            var read = new ArrayList<>(states.subList(0, tokens.length + 1));
            read.add(states.getLast());
            var firsts = new int[words.size()];
            var lasts = new int[words.size()];
            var bytes = 0;
            var at = 0;
            for (var word = 0; word < firsts.length; word++) {
                bytes += input.substring(at, words.start(word)).getBytes(UTF_8).length;
                firsts[word] = token(ends, bytes);
                bytes += words.span(word, word).getBytes(UTF_8).length;
                lasts[word] = token(ends, bytes - 1);
                at = words.end(word);
            }
            return new Text(words, read, firsts, lasts);
        }

        /// The token that has a byte.
        private static int token(int[] ends, int at) {
            var found = Arrays.binarySearch(ends, at + 1);
            return Math.min(found < 0 ? -found - 1 : found, ends.length - 1);
        }

        double[] start(int word) {
            return both(firsts[word], firsts[word] + 1);
        }

        double[] end(int word) {
            return both(lasts[word] + 1, lasts[word] + 2);
        }

        private double[] both(int one, int other) {
            var a = LabelHead.unit(states.get(one));
            var b = LabelHead.unit(states.get(other));
            var row = Arrays.copyOf(a, a.length + b.length);
            System.arraycopy(b, 0, row, a.length, b.length);
            return row;
        }
    }

    private SpanHead(Ends starts, Ends ends) {
        this.starts = starts;
        this.ends = ends;
    }

    /// Bytes of memory that one takes.
    static int bytes(int width) {
        return 2 * 2 * width * (Float.BYTES + 2 * Double.BYTES);
    }

    /// @param texts of the examples, one or more with a word
    /// @param outputs one for each, which stand in them or are empty
    static SpanHead fit(List<Text> texts, List<String> outputs) {
        var startRows = new ArrayList<double[]>();
        var endRows = new ArrayList<double[]>();
        var isStart = new ArrayList<Double>();
        var isEnd = new ArrayList<Double>();
        for (var i = 0; i < texts.size(); i++) {
            var text = texts.get(i);
            var places = text.words.places(outputs.get(i));
            for (var word = 0; word < text.words.size() && startRows.size() < MOST_WORDS; word++) {
                startRows.add(text.start(word));
                endRows.add(text.end(word));
                isStart.add(!places.isEmpty() && places.getFirst().first() == word ? 1.0 : 0);
                isEnd.add(!places.isEmpty() && places.getFirst().last() == word ? 1.0 : 0);
            }
        }
        return new SpanHead(Ends.fit(startRows, numbers(isStart)), Ends.fit(endRows, numbers(isEnd)));
    }

    private static double[] numbers(List<Double> list) {
        return list.stream().mapToDouble(number -> number).toArray();
    }

    /// The answer that models and examples tell together.
    ///
    /// @param opinions on the spans of the text, which count alike
    Answer answer(Text text, List<Answer> opinions) {
        var startScores = IntStream.range(0, text.words.size())
                .mapToDouble(word -> starts.score(text.start(word)))
                .toArray();
        var endScores = IntStream.range(0, text.words.size())
                .mapToDouble(word -> ends.score(text.end(word)))
                .toArray();
        // An empty answer is as good as a span of which one end is right.
        return together(
                opinions,
                span -> WEIGHT
                        * text.words.places(span).stream()
                                .mapToDouble(place -> startScores[place.first()] + endScores[place.last()])
                                .max()
                                .orElse(1));
    }

    /// What several models say of the spans of a text, each counting alike.
    static Answer together(List<Answer> opinions) {
        return together(opinions, _ -> 0);
    }

    private static Answer together(List<Answer> opinions, ToDoubleFunction<String> beside) {
        var logs = new LinkedHashMap<String, Double>();
        opinions.forEach(opinion -> opinion.labels().keySet().forEach(span -> logs.put(span, 0.0)));
        logs.replaceAll((span, _) -> beside.applyAsDouble(span)
                + opinions.stream()
                        .mapToDouble(opinion -> log(opinion, span))
                        .average()
                        .orElseThrow());
        return answer(logs, opinions.getFirst().tokens());
    }

    private static double log(Answer opinion, String span) {
        return Math.log(Math.max(opinion.labels().getOrDefault(span, 0.0), LEAST));
    }

    private static Answer answer(Map<String, Double> logs, int tokens) {
        var likeliest =
                Collections.max(logs.entrySet(), Map.Entry.comparingByValue()).getKey();
        var most = logs.get(likeliest);
        var sum =
                logs.values().stream().mapToDouble(log -> Math.exp(log - most)).sum();
        var shares = new LinkedHashMap<String, Double>();
        logs.forEach((span, log) -> shares.put(span, Math.exp(log - most) / sum));
        return new Answer(
                likeliest,
                Finish.STOP,
                tokens,
                List.of(),
                OptionalDouble.of(shares.get(likeliest)),
                Collections.unmodifiableMap(shares));
    }
}
