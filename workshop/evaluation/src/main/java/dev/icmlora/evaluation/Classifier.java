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

/// Controls that learn from the same examples: classifiers that take a few lines to train.
enum Classifier {
    /// Always the label that most of the inputs have.
    MAJORITY("majority") {
        @Override
        List<Guess> classify(Question question) {
            Map<String, Long> counts = question.tests().stream()
                    .collect(Collectors.groupingBy(Example::output, TreeMap::new, Collectors.counting()));
            String most = counts.keySet().stream()
                    .max(Comparator.comparing(counts::get))
                    .orElseThrow();
            int inputs = question.tests().size();
            return Collections.nCopies(inputs, new Guess(most, (double) counts.get(most) / inputs));
        }
    },
    /// Logistic regression on words.
    TFIDF("tf-idf") {
        @Override
        List<Guess> classify(Question question) {
            TfIdf vectors =
                    new TfIdf(question.examples().stream().map(Example::input).toList());
            return regression(texts -> texts.stream().map(vectors::vector).toList(), question);
        }
    },
    /// Logistic regression on embeddings of all-MiniLM-L6-v2, of 22 million parameters.
    MINILM("minilm") {
        @Override
        List<Guess> classify(Question question) {
            return regression(Embeddings::of, question);
        }
    };

    private final String id;

    Classifier(String id) {
        this.id = id;
    }

    /// @param question its examples have at least two different outputs
    /// @return the answer to each input, with its probability
    abstract List<Guess> classify(Question question);

    private static List<Guess> regression(Function<List<String>, List<double[]>> vectors, Question question) {
        List<Example> examples = question.examples();
        LogisticRegression fitted = LogisticRegression.fit(
                vectors.apply(examples.stream().map(Example::input).toList()),
                examples.stream().map(Example::output).toList());
        return vectors.apply(question.inputs()).stream().map(fitted::guess).toList();
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
