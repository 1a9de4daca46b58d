package dev.icmlora.engine.tune;

import java.util.Arrays;
import java.util.List;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;

/// An example as a question with its answer.
///
/// @param index among the task's examples
/// @param tokens of prompt and answer
/// @param answerStart index of the answer's first token
/// @param weight of each answer token's loss in the sum that is differentiated
record ExampleTokens(int index, int[] tokens, int answerStart, float weight) {
    static ExampleTokens of(PromptFormat format, String description, int index, Example example) {
        int[] prompt = format.query(description, List.of(), example.input()).tokens();
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
