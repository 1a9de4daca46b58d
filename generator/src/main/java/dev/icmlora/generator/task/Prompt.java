package dev.icmlora.generator.task;

import java.util.List;

/// A tokenised prompt that remembers where its parts are.
///
/// @param tokens token ids, ready for a batch at positions 0, 1, ...
/// @param descriptionEnd index of the description's last token, -1 when there is no description
/// @param answers the token range of each answer, in order
public record Prompt(int[] tokens, int descriptionEnd, List<Answer> answers) {
    public Prompt {
        answers = List.copyOf(answers);
    }

    /// Token range of one answer: `from` is its first token, `to` is one past its end-of-turn token.
    /// The token at `from - 1` is the one that predicts the answer's first token.
    public record Answer(int from, int to) {
        /// Index of the answer's last token before the end of the turn; the end of the turn itself for an empty answer.
        public int last() {
            return Math.max(from, to - 2);
        }
    }
}
