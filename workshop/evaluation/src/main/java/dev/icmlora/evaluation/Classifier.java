package dev.icmlora.evaluation;

import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.langchain4j.data.embedding.Embedding;
import dev.langchain4j.data.segment.TextSegment;
import dev.langchain4j.model.embedding.EmbeddingModel;
import dev.langchain4j.model.embedding.onnx.allminilml6v2.AllMiniLmL6V2EmbeddingModel;

import dev.icmlora.evaluation.LogisticRegression.Guess;
import dev.icmlora.generator.task.Example;

/// What takes a few lines to train instead of asking a function: controls that learn from the same examples.
enum Classifier {
    MAJORITY("majority", "the most frequent label of the examples") {
        @Override
        List<Guess> classify(List<Example> examples, List<String> inputs) {
            Map<String, Long> counts = examples.stream()
                    .collect(Collectors.groupingBy(Example::output, TreeMap::new, Collectors.counting()));
            String most = counts.keySet().stream()
                    .max(Comparator.comparing(counts::get))
                    .orElseThrow();
            return Collections.nCopies(inputs.size(), new Guess(most, (double) counts.get(most) / examples.size()));
        }
    },
    TFIDF("tf-idf", "TF-IDF of words, logistic regression") {
        @Override
        List<Guess> classify(List<Example> examples, List<String> inputs) {
            TfIdf vectors = new TfIdf(examples.stream().map(Example::input).toList());
            return regression(texts -> texts.stream().map(vectors::vector).toList(), examples, inputs);
        }
    },
    MINILM("minilm", "embeddings of MiniLM (all-MiniLM-L6-v2, 22 M parameters), logistic regression") {
        @Override
        List<Guess> classify(List<Example> examples, List<String> inputs) {
            return regression(Embeddings::of, examples, inputs);
        }
    };

    private final String id;
    private final String meaning;

    Classifier(String id, String meaning) {
        this.id = id;
        this.meaning = meaning;
    }

    /// @param examples with at least two different outputs
    /// @return the answer to each input, with its probability
    abstract List<Guess> classify(List<Example> examples, List<String> inputs);

    private static List<Guess> regression(
            Function<List<String>, List<double[]>> vectors, List<Example> examples, List<String> inputs) {
        LogisticRegression fitted = LogisticRegression.fit(
                vectors.apply(examples.stream().map(Example::input).toList()),
                examples.stream().map(Example::output).toList());
        return vectors.apply(inputs).stream().map(fitted::guess).toList();
    }

    String meaning() {
        return meaning;
    }

    /// Its name in tables and in JSON.
    @Override
    public String toString() {
        return id;
    }

    /// The model is loaded at the first use.
    private static final class Embeddings {
        private static final EmbeddingModel MODEL = new AllMiniLmL6V2EmbeddingModel(Runnable::run);

        static List<double[]> of(List<String> texts) {
            return MODEL.embedAll(texts.stream().map(TextSegment::from).toList()).content().stream()
                    .map(Embedding::vector)
                    .map(Embeddings::doubles)
                    .toList();
        }

        private static double[] doubles(float[] vector) {
            double[] doubles = new double[vector.length];
            for (int i = 0; i < vector.length; i++) {
                doubles[i] = vector[i];
            }
            return doubles;
        }
    }
}
