package dev.icmlora.client;

/// The function has no answer to an input. The message is the reason.
public final class AbstainedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Answer<?> answer;

    AbstainedException(Answer<?> answer) {
        super(answer.reason().orElse("there is no answer"));
        this.answer = answer;
    }

    /// What there is in place of a value: confidence, probabilities, and the reason.
    public Answer<?> answer() {
        return answer;
    }
}
