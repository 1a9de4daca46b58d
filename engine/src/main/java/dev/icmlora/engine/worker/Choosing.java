package dev.icmlora.engine.worker;

/// How answers are chosen: the likeliest of some labels, all of which are scored after the prompt.
///
/// @param listener is told each answer once, as a whole
/// @param salt see [Wanted]
public record Choosing(Labels labels, AnswerListener listener, String salt) implements Wanted {

    @Override
    public boolean tellsLogprobs() {
        return false;
    }

    @Override
    public Choosing unheard() {
        return new Choosing(labels, AnswerListener.NONE, salt);
    }

    @Override
    public int mostTokens() {
        return labels.mostTokens();
    }
}
