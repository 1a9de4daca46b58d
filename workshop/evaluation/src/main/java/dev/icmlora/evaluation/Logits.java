package dev.icmlora.evaluation;

/// What is predicted in one place of a text, for every token of the vocabulary.
record Logits(float[] values) {

    /// How improbable a token is, in nats.
    double nats(int token) {
        return logSum() - values[token];
    }

    private double logSum() {
        float greatest = Float.NEGATIVE_INFINITY;
        for (float logit : values) {
            greatest = Math.max(greatest, logit);
        }
        double sum = 0;
        for (float logit : values) {
            sum += Math.exp(logit - greatest);
        }
        return Math.log(sum) + greatest;
    }
}
