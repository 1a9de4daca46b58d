package dev.icmlora.engine.tune;

import java.util.Arrays;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.PromptFormat.Prompt;

/// An example as a question with its answer.
///
/// @param index among those of the task that are tuned on
/// @param tokens of prompt and answer
/// @param answerStart index of the answer's first token
/// @param weight of each answer token's loss in the sum that is differentiated
record ExampleTokens(int index, int[] tokens, int answerStart, float weight) {
    /// @param packed the task's description
    static ExampleTokens of(PromptFormat format, Prompt packed, int index, Example example) {
        int[] prompt = format.query(packed, example.input()).tokens();
        int[] answer = format.answer(example.output());
        int[] tokens = Arrays.copyOf(prompt, prompt.length + answer.length);
        System.arraycopy(answer, 0, tokens, prompt.length, answer.length);
        return new ExampleTokens(index, tokens, prompt.length, 1);
    }

    ExampleTokens weighing(float each) {
        return new ExampleTokens(index, tokens, answerStart, each);
    }

    int token(int position) {
        return tokens[position];
    }

    int answerTokens() {
        return tokens.length - answerStart;
    }

    /// Tokens that are computed: the last one only has to be predicted.
    int length() {
        return tokens.length - 1;
    }

    boolean isPredictedAt(int position) {
        return position + 1 >= answerStart;
    }
}
