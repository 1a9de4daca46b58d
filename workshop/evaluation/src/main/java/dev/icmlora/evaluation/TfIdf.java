package dev.icmlora.evaluation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// Words of a text as a vector of length 1: how often each word is in it, times how rare the word is among the texts
/// that the vectors were fitted to. As scikit-learn's `TfidfVectorizer` does it where no option is set.
final class TfIdf {
    private static final Pattern WORD = Pattern.compile("\\b\\w\\w+\\b", Pattern.UNICODE_CHARACTER_CLASS);

    private final Map<String, Integer> places = new HashMap<>();
    private final Map<String, Integer> texts = new HashMap<>();
    private final int fitted;

    TfIdf(List<String> texts) {
        fitted = texts.size();
        for (String text : texts) {
            for (String word : new HashSet<>(words(text).toList())) {
                places.putIfAbsent(word, places.size());
                this.texts.merge(word, 1, Integer::sum);
            }
        }
    }

    /// Zeros where the text has none of the words that the vectors were fitted to.
    double[] vector(String text) {
        double[] vector = new double[places.size()];
        words(text).filter(places::containsKey).forEach(word -> vector[places.get(word)] += rarity(word));
        double square = 0;
        for (double value : vector) {
            square += value * value;
        }
        for (int i = 0; i < vector.length && square > 0; i++) {
            vector[i] /= Math.sqrt(square);
        }
        return vector;
    }

    private double rarity(String word) {
        return Math.log((1.0 + fitted) / (1 + texts.get(word))) + 1;
    }

    private static Stream<String> words(String text) {
        return WORD.matcher(text.toLowerCase(Locale.ROOT)).results().map(MatchResult::group);
    }
}
