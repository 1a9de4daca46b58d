package dev.icmlora.engine.auto;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.BiFunction;
import java.util.function.BiPredicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.engine.auto.LabelHead.Standard;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Words;
import dev.icmlora.llama.Vocabulary;

/// What a task's examples tell of spans: three ridge regressions on the hidden states of an input's words. One tells
/// whether a span begins with a word, one whether it ends with it, one whether the word is within it. Models find
/// values, and are often a word off: "on Friday" in place of "Friday".
final class SpanHead implements Serializable {

    private static final long serialVersionUID = 1L;

    /// How strongly a regression is held back; the kernel's mean diagonal is about 1.
    private static final double STRENGTH = 0.1;
    /// Of the scores, as a logarithm, where there are many examples; and how many examples have half of it.
    private static final double MOST_WEIGHT = 6;
    private static final double FEW = 3;
    /// Of an empty answer: as good as a span of which one end is right.
    private static final double EMPTY = 1;
    /// Words that a span begins with, at most.
    private static final int MOST_STARTS = 64;
    /// Characters of all spans of a text.
    private static final int MOST_CHARACTERS = 1 << 17;
    /// With fewer texts there is little to learn from them.
    static final int LEAST_TOGETHER = 32;
    /// Words of examples and texts that are learned from together: with more of them it takes longer than it is worth.
    private static final int MOST_TOGETHER = 1024;
    private static final int ROUNDS = 3;
    /// Of what examples and other texts tell, beside what examples alone do.
    private static final double SHARE_TOGETHER = 0.7;
    /// Of the weight: texts that teach each other share mistakes, too.
    private static final double WEIGHT_TOGETHER = 0.7;
    /// How much more strongly a word of a text is held back than one of an example.
    private static final double DOUBT = 3;
    /// Words of all examples that it is fitted to.
    private static final int MOST_WORDS = 512;
    /// From this score on, a word is rather within a span than not.
    private static final double HALF = 0.5;
    /// States that all regressions together see of a word, after each layer.
    private static final int STATES = 5;

    private final EnumMap<Role, Regression> regressions;
    /// Of the scores, as a logarithm.
    private final double weight;

    /// What a word may be in a span, as one regression tells.
    private enum Role {
        /// By the word's first token and the one before it.
        BEGINS(
                (text, word) -> new int[] {text.firsts[word], text.firsts[word] + 1},
                (span, word) -> span.first() == word),
        /// By its last token and the one after it.
        ENDS(
                (text, word) -> new int[] {text.lasts[word] + 1, text.lasts[word] + 2},
                (span, word) -> span.last() == word),
        /// By its last token.
        WITHIN(
                (text, word) -> new int[] {text.lasts[word] + 1},
                (span, word) -> span.first() <= word && word <= span.last());

        private final BiFunction<Text, Integer, int[]> tokens;
        private final BiPredicate<Words.Place, Integer> isTrue;

        Role(BiFunction<Text, Integer, int[]> tokens, BiPredicate<Words.Place, Integer> isTrue) {
            this.tokens = tokens;
            this.isTrue = isTrue;
        }

        /// @param layer place of one, after which the states are seen
        double[] row(Text text, int word, int layer) {
            return text.row(layer, tokens.apply(text, word));
        }
    }

    /// A word of an example.
    ///
    /// @param span that the example takes out; empty for none
    private record Known(Text text, int word, Optional<Words.Place> span) {}

    /// One of the regressions.
    ///
    /// @param standards of each layer
    /// @param directions of each layer
    private record Regression(Role role, List<Standard> standards, List<float[]> directions, double offset)
            implements Serializable {

        /// Each layer's features are computed twice, so that those of one layer take memory at a time.
        static Regression fit(Role role, List<Known> known, LabelHead.Pieces pieces) {
            var layers = known.getFirst().text.layers();
            var kernel = new double[known.size()][known.size()];
            var standards = IntStream.range(0, layers)
                    .mapToObj(layer -> pieces.compute(() -> {
                        var rows = rows(role, known, layer);
                        var standard = Standard.of(rows);
                        add(features(rows, standard, layers), kernel);
                        return standard;
                    }))
                    .toList();
            var ridge = pieces.compute(() -> Ridge.of(kernel, targets(role, known), STRENGTH));
            var directions = IntStream.range(0, layers)
                    .mapToObj(layer -> pieces.compute(() -> {
                        var features = features(rows(role, known, layer), standards.get(layer), layers);
                        var direction = new double[features[0].length];
                        for (var i = 0; i < features.length; i++) {
                            Ridge.add(ridge.weights()[i][0], features[i], direction, direction.length);
                        }
                        return LabelHead.floats(direction);
                    }))
                    .toList();
            return new Regression(role, standards, directions, ridge.offsets()[0]);
        }

        /// Of words that it may not know.
        ///
        /// @param learned those of examples, which come first
        double[][] kernel(List<Known> words, int learned, LabelHead.Pieces pieces) {
            var kernel = new double[words.size()][words.size()];
            for (var layer = 0; layer < standards.size(); layer++) {
                var at = layer;
                pieces.compute(() -> {
                    add(features(rows(role, words, at), standards.get(at), standards.size()), kernel);
                    return kernel;
                });
            }
            for (var i = learned; i < kernel.length; i++) {
                kernel[i][i] += (DOUBT - 1) * STRENGTH;
            }
            return kernel;
        }

        private static void add(double[][] features, double[][] kernel) {
            var products = LabelHead.products(features);
            for (var i = 0; i < kernel.length; i++) {
                Ridge.add(1, products[i], kernel[i], kernel.length);
            }
        }

        private static List<double[]> rows(Role role, List<Known> known, int layer) {
            return known.stream()
                    .map(each -> role.row(each.text, each.word, layer))
                    .toList();
        }

        private static double[][] features(List<double[]> rows, Standard standard, int layers) {
            return rows.stream().map(row -> features(row, standard, layers)).toArray(double[][]::new);
        }

        private static double[] features(double[] row, Standard standard, int layers) {
            var features = new double[row.length];
            standard.standardise(row, features, 0, Math.sqrt(row.length * layers));
            return features;
        }

        /// @return about 1 for words of which it is true, about 0 for others
        double[] scores(Text text) {
            return IntStream.range(0, text.words.size())
                    .mapToDouble(word -> score(text, word))
                    .toArray();
        }

        private double score(Text text, int word) {
            var score = offset;
            for (var layer = 0; layer < standards.size(); layer++) {
                var features = features(role.row(text, word, layer), standards.get(layer), standards.size());
                var direction = directions.get(layer);
                for (var i = 0; i < features.length; i++) {
                    score += direction[i] * features[i];
                }
            }
            return score;
        }
    }

    /// An input as it was read.
    ///
    /// @param states after each layer, of the token before the input, of each token of it, and of the prompt's last
    /// one
    record Text(Words words, List<List<float[]>> states, int[] firsts, int[] lasts) {

        /// @param states after each layer, of the token before the input, and of all after that
        static Text of(String input, List<List<float[]>> states, Vocabulary vocabulary) {
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

        /// Those of a span where it first stands.
        private int tokens(String span) {
            return words.places(span).stream()
                    .findFirst()
                    .map(place -> lasts[place.last()] - firsts[place.first()] + 1)
                    .orElse(0);
        }

        /// The token that has a byte.
        private static int token(int[] ends, int at) {
            var found = Arrays.binarySearch(ends, at + 1);
            return Math.min(found < 0 ? -found - 1 : found, ends.length - 1);
        }

        int layers() {
            return states.getFirst().size();
        }

        /// The states of some tokens after one layer.
        double[] row(int layer, int... tokens) {
            return Arrays.stream(tokens)
                    .mapToObj(token -> LabelHead.unit(states.get(token).get(layer)))
                    .flatMapToDouble(Arrays::stream)
                    .toArray();
        }
    }

    private SpanHead(EnumMap<Role, Regression> regressions, double weight) {
        this.regressions = regressions;
        this.weight = weight;
    }

    /// Bytes of memory that one takes.
    static int bytes(int width, int layers) {
        return STATES * layers * width * (Float.BYTES + 2 * Double.BYTES);
    }

    /// @param texts of the examples, one or more with a word
    /// @param outputs one for each, which stand in them or are empty
    static SpanHead fit(List<Text> texts, List<String> outputs, LabelHead.Pieces pieces) {
        var known = known(texts, outputs).stream().limit(MOST_WORDS).toList();
        var regressions = new EnumMap<Role, Regression>(Role.class);
        for (var role : Role.values()) {
            regressions.put(role, Regression.fit(role, known, pieces));
        }
        return new SpanHead(regressions, MOST_WEIGHT * texts.size() / (texts.size() + FEW));
    }

    private static List<Known> known(List<Text> texts, List<String> outputs) {
        return IntStream.range(0, texts.size())
                .boxed()
                .flatMap(i -> known(texts.get(i), outputs.get(i)))
                .toList();
    }

    private static double[][] targets(Role role, List<Known> known) {
        return known.stream()
                .map(each -> new double[] {
                    each.span.filter(span -> role.isTrue.test(span, each.word)).isPresent() ? 1 : 0
                })
                .toArray(double[][]::new);
    }

    private static Stream<Known> known(Text text, String output) {
        var span = text.words.places(output).stream().findFirst();
        return IntStream.range(0, text.words.size()).mapToObj(word -> new Known(text, word, span));
    }

    /// Words of texts that may teach each other.
    ///
    /// @param learned words of the examples
    static int roomTogether(int learned) {
        return MOST_TOGETHER - Math.min(learned, MOST_WORDS);
    }

    /// What examples tell of one text.
    ///
    /// @param asked says how long a span may be, and whether there may be none
    Answer answer(Text text, Extracting asked) {
        return answer(text, scores(text), weight, asked);
    }

    /// The same of texts that teach each other: each is answered by the examples and by what the others are answered,
    /// round after round.
    ///
    /// @param texts two or more, of [#roomTogether] words at most
    /// @param examples that it was fitted to, with their outputs
    List<Answer> together(
            List<Text> texts, List<Text> examples, List<String> outputs, Extracting asked, LabelHead.Pieces pieces) {
        var alone =
                texts.stream().map(text -> pieces.compute(() -> scores(text))).toList();
        var learned = known(examples, outputs).stream().limit(MOST_WORDS).toList();
        var words = Stream.concat(
                        learned.stream(),
                        known(texts, texts.stream().map(_ -> "").toList()).stream())
                .toList();
        var kernels = Arrays.stream(Role.values())
                .map(role -> regressions.get(role).kernel(words, learned.size(), pieces))
                .toList();
        var scores = alone;
        for (var round = 0; round < ROUNDS; round++) {
            var said = answersTogether(texts, scores, asked).stream()
                    .map(Answer::text)
                    .toList();
            var all =
                    Stream.concat(learned.stream(), known(texts, said).stream()).toList();
            var told = Arrays.stream(Role.values())
                    .map(role ->
                            pieces.compute(() -> Ridge.of(kernels.get(role.ordinal()), targets(role, all), STRENGTH)
                                    .leftOut()))
                    .toList();
            scores = mixed(alone, told, learned.size());
        }
        return answersTogether(texts, scores, asked);
    }

    private List<Answer> answersTogether(List<Text> texts, List<double[][]> scores, Extracting asked) {
        return IntStream.range(0, texts.size())
                .mapToObj(i -> answer(texts.get(i), scores.get(i), WEIGHT_TOGETHER * weight, asked))
                .toList();
    }

    /// @param told of each role, of the words of the examples and then of the texts
    private static List<double[][]> mixed(List<double[][]> alone, List<double[][]> told, int from) {
        var mixed = new ArrayList<double[][]>();
        var at = from;
        for (var scores : alone) {
            var both = new double[scores.length][scores[0].length];
            for (var role = 0; role < both.length; role++) {
                for (var word = 0; word < both[role].length; word++) {
                    both[role][word] =
                            SHARE_TOGETHER * told.get(role)[at + word][0] + (1 - SHARE_TOGETHER) * scores[role][word];
                }
            }
            mixed.add(both);
            at += scores[0].length;
        }
        return mixed;
    }

    /// What each regression says of each word.
    private double[][] scores(Text text) {
        return Arrays.stream(Role.values())
                .map(role -> regressions.get(role).scores(text))
                .toArray(double[][]::new);
    }

    private static Answer answer(Text text, double[][] scores, double weight, Extracting asked) {
        var begins = scores[Role.BEGINS.ordinal()];
        var ends = scores[Role.ENDS.ordinal()];
        var within = scores[Role.WITHIN.ordinal()];
        var words = text.words;
        var logs = new LinkedHashMap<String, Double>();
        if (asked.mayBeEmpty() || words.size() == 0) {
            logs.put("", weight * EMPTY);
        }
        var starts = IntStream.range(0, words.size())
                .boxed()
                .sorted(Comparator.comparingDouble(word -> -begins[word]))
                .limit(MOST_STARTS)
                .toList();
        var room = MOST_CHARACTERS;
        for (int first : starts) {
            var score = begins[first];
            for (var last = first; last < Math.min(first + asked.mostWords(), words.size()); last++) {
                score += within[last] - HALF;
                room -= words.end(last) - words.start(first);
                if (room < 0 && !logs.isEmpty()) {
                    break;
                }
                logs.merge(words.span(first, last), weight * (score + ends[last]), Math::max);
            }
        }
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
                text.tokens(likeliest),
                List.of(),
                OptionalDouble.of(shares.get(likeliest)),
                Collections.unmodifiableMap(shares));
    }
}
