package dev.icmlora.trainer.model;

import java.util.Collection;
import java.util.List;

import dev.icmlora.generator.task.Prompt;

/// Prompts as one rectangle of tokens, padded on the right, with the positions that are to be learned.
///
/// @param tokens `[samples * length]` token ids
/// @param length tokens of a row, padding included
/// @param owners for each row the index of its adapter
/// @param rows flattened positions that predict an answer token
/// @param targets the answer tokens that they are to predict
public record Batch(long[] tokens, int length, long[] owners, long[] rows, long[] targets) {

    /// A prompt and which adapter it is to be answered with.
    public record Sample(Prompt prompt, int owner) {
        public int length() {
            // What the last token would predict is never asked for.
            return prompt.tokens().length - 1;
        }
    }

    public static Batch of(List<Sample> samples) {
        int length = samples.stream().mapToInt(Sample::length).max().orElseThrow();
        long[] tokens = new long[samples.size() * length];
        int answerTokens = samples.stream()
                .map(sample -> sample.prompt().answers())
                .flatMap(Collection::stream)
                .mapToInt(answer -> answer.to() - answer.from())
                .sum();
        long[] rows = new long[answerTokens];
        long[] targets = new long[answerTokens];
        int next = 0;
        for (int s = 0; s < samples.size(); s++) {
            Prompt prompt = samples.get(s).prompt();
            int[] ids = prompt.tokens();
            for (int t = 0; t < ids.length - 1; t++) {
                tokens[s * length + t] = ids[t];
            }
            for (Prompt.Answer answer : prompt.answers()) {
                for (int t = answer.from(); t < answer.to(); t++) {
                    rows[next] = s * length + t - 1;
                    targets[next++] = ids[t];
                }
            }
        }
        long[] owners = samples.stream().mapToLong(Sample::owner).toArray();
        return new Batch(tokens, length, owners, rows, targets);
    }

    public int samples() {
        return owners.length;
    }
}
