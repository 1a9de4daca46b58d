package dev.icmlora.trainer.model;

import java.util.Arrays;
import java.util.List;

import dev.icmlora.generator.task.PromptFormat.Prompt;

/// Samples as one rectangle of tokens, padded on the right, with the positions that are to be learned.
///
/// @param tokens `[samples * length]` token ids
/// @param positions `[samples * length]` where in its prompt each token is
/// @param branches `[samples * length]` the prompt that each token belongs to, from 1; 0 for those of all prompts
/// @param length tokens of a row, padding included
/// @param owners for each row the index of its adapter
/// @param rows flattened indices of the tokens that predict an answer token
/// @param targets the answer tokens that they are to predict
public record Batch(
        long[] tokens, long[] positions, long[] branches, int length, long[] owners, long[] rows, long[] targets) {

    /// Prompts that are to be answered with one adapter. What all of them begin with is laid out, and computed, once;
    /// each goes on from there as a branch of its own that does not see the others.
    public record Sample(List<Prompt> prompts, int owner) {
        public Sample(Prompt prompt, int owner) {
            this(List.of(prompt), owner);
        }

        /// Tokens that all prompts begin with and that predict no answer.
        int shared() {
            Prompt first = prompts.getFirst();
            int shared = first.answers().getFirst().from() - 1;
            for (Prompt other : prompts) {
                int same = Arrays.mismatch(first.tokens(), other.tokens());
                shared = Math.min(shared, other.answers().getFirst().from() - 1);
                shared = same < 0 ? shared : Math.min(shared, same);
            }
            return shared;
        }

        public int length() {
            int shared = shared();
            return shared
                    + prompts.stream().mapToInt(prompt -> used(prompt) - shared).sum();
        }

        private int answerTokens() {
            return prompts.stream()
                    .flatMap(prompt -> prompt.answers().stream())
                    .mapToInt(answer -> answer.to() - answer.from())
                    .sum();
        }
    }

    public static Batch of(List<Sample> samples) {
        int length = samples.stream().mapToInt(Sample::length).max().orElseThrow();
        int answerTokens = samples.stream().mapToInt(Sample::answerTokens).sum();
        int cells = samples.size() * length;
        Batch batch = new Batch(
                new long[cells],
                new long[cells],
                new long[cells],
                length,
                samples.stream().mapToLong(Sample::owner).toArray(),
                new long[answerTokens],
                new long[answerTokens]);
        int answered = 0;
        for (int s = 0; s < samples.size(); s++) {
            answered = batch.layOut(samples.get(s), s * length, answered);
        }
        return batch;
    }

    /// The adapter under which an answer token is predicted.
    ///
    /// @param answerToken index in `targets`
    public long ownerOf(int answerToken) {
        return owners[(int) (rows[answerToken] / length)];
    }

    public int samples() {
        return owners.length;
    }

    /// Fills a row that begins at `start`; the next answer token's number goes in and comes out.
    private int layOut(Sample sample, int start, int answered) {
        int shared = sample.shared();
        int next = start + shared;
        for (int branch = 0; branch < sample.prompts().size(); branch++) {
            Prompt prompt = sample.prompts().get(branch);
            int[] ids = prompt.tokens();
            for (int t = branch == 0 ? 0 : shared; t < used(prompt); t++) {
                int cell = t < shared ? start + t : next + t - shared;
                tokens[cell] = ids[t];
                positions[cell] = t;
                branches[cell] = t < shared ? 0 : branch + 1;
            }
            for (Prompt.Answer answer : prompt.answers()) {
                for (int t = answer.from(); t < answer.to(); t++) {
                    rows[answered] = next + t - 1 - shared;
                    targets[answered++] = ids[t];
                }
            }
            next += used(prompt) - shared;
        }
        return answered;
    }

    /// What the last token would predict is never asked for.
    private static int used(Prompt prompt) {
        return prompt.tokens().length - 1;
    }
}
