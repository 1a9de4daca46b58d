package dev.icmlora.engine.worker;

/// How answers are chosen: the likeliest of some labels, all of which are scored after the prompt.
///
/// @param bias of whom they are chosen by
/// @param listener is told each answer once, as a whole
/// @param salt see [Wanted]
public record Choosing(Labels labels, LabelBias bias, AnswerListener listener, String salt) implements Wanted {

    /// By one of no known bias.
    public Choosing(Labels labels, AnswerListener listener, String salt) {
        this(labels, LabelBias.NONE, listener, salt);
    }

    /// The same by one of this bias.
    public Choosing by(LabelBias other) {
        return new Choosing(labels, other, listener, salt);
    }

    @Override
    public boolean tellsLogprobs() {
        return false;
    }

    @Override
    public Choosing unheard() {
        return new Choosing(labels, bias, AnswerListener.NONE, salt);
    }

    @Override
    public int mostTokens() {
        return labels.mostTokens();
    }
}
