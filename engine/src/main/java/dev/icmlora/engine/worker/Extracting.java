package dev.icmlora.engine.worker;

import java.util.List;

import dev.icmlora.generator.task.PromptFormat;

/// Asks for answers that stand word for word in a text, one for each prompt: for the likeliest of its spans, each
/// with its end.
///
/// @param texts one for each prompt
/// @param mostWords of a span
/// @param mayBeEmpty whether an answer may be that there is none
/// @param statesFrom give the hidden states of each prompt too, of each token from this one on; [#NO_STATES] for
/// none
/// @param treeTokens of the spans that are read side by side, and of the longest one
/// @param listener is told each answer once, as a whole
/// @param salt see [Wanted]
public record Extracting(
        List<String> texts,
        int mostWords,
        boolean mayBeEmpty,
        PromptFormat format,
        int treeTokens,
        int statesFrom,
        AnswerListener listener,
        String salt)
        implements Wanted {

    /// Words of a span, at most.
    public static final int MOST_WORDS = 32;

    /// Words that a span may have whatever the examples have.
    private static final int USUAL_WORDS = 8;

    public Extracting {
        texts = List.copyOf(texts);
    }

    /// Spans may be twice as long as the longest of a task's examples.
    ///
    /// @param examples outputs of the task
    /// @param contextTokens of the context that reads them
    public static Extracting of(
            List<String> texts,
            List<String> examples,
            PromptFormat format,
            int contextTokens,
            AnswerListener listener,
            String salt) {
        var longest = examples.stream()
                .mapToInt(example -> Words.of(example).size())
                .max()
                .orElse(MOST_WORDS);
        var most = Math.clamp(2L * longest, USUAL_WORDS, MOST_WORDS);
        return new Extracting(
                texts,
                most,
                examples.contains(""),
                format,
                Labels.treeTokens(contextTokens),
                NO_STATES,
                listener,
                salt);
    }

    /// The spans of a prompt's text.
    Spans spans(int prompt) {
        return new Spans(Words.of(texts.get(prompt)), mostWords, mayBeEmpty, format, treeTokens);
    }

    @Override
    public Extracting unheard() {
        return new Extracting(texts, mostWords, mayBeEmpty, format, treeTokens, statesFrom, AnswerListener.NONE, salt);
    }

    @Override
    public Extracting of(List<Integer> prompts) {
        var some = prompts.stream().map(texts::get).toList();
        return new Extracting(some, mostWords, mayBeEmpty, format, treeTokens, statesFrom, listener, salt);
    }

    /// The same with the hidden states of each prompt.
    ///
    /// @param token from which on they are taken
    public Extracting withStates(int token) {
        return new Extracting(texts, mostWords, mayBeEmpty, format, treeTokens, token, listener, salt);
    }

    @Override
    public int mostTokens() {
        return treeTokens;
    }
}
