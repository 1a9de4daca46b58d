package dev.icmlora.engine.worker;

import java.util.List;

/// How much likelier a model finds some labels than others whatever it is asked: what it answers to inputs that say
/// nothing (domain-context calibration, arXiv 2305.19148 section 4).
///
/// Half of it is taken away from each answer. Inputs that say nothing tell the bias roughly, and taking all of it away
/// makes some tasks worse.
///
/// @param logs added to the labels' log-probabilities by [#weighed]; one for each label in their order, or none
/// @param read what it took to find out; nothing where that was known before
public record LabelBias(List<Double> logs, Answers read) {
    /// All labels are as likely as the model says.
    public static final LabelBias NONE = new LabelBias(List.of(), Answers.NONE);

    private static final double SHARE_TAKEN_AWAY = 0.5;
    /// A label that is less likely counts as if it were so likely.
    private static final double LEAST = 1e-9;

    public LabelBias {
        logs = List.copyOf(logs);
    }

    /// @param meaningless answers to inputs that say nothing; no bias is known of none
    public static LabelBias of(Answers meaningless) {
        var answers = meaningless.answers();
        if (answers.isEmpty()) {
            return NONE;
        }
        var logs = answers.getFirst().labels().keySet().stream()
                .map(label -> -SHARE_TAKEN_AWAY * meanLog(answers, label))
                .toList();
        return new LabelBias(logs, meaningless.asRead());
    }

    private static double meanLog(List<Answer> answers, String label) {
        return answers.stream()
                .mapToDouble(answer -> Math.log(Math.max(answer.labels().get(label), LEAST)))
                .average()
                .orElseThrow();
    }

    /// The same for one who finds it known.
    public LabelBias known() {
        return new LabelBias(logs, Answers.NONE);
    }

    /// Log-probabilities of the labels, up to a constant, without the bias.
    ///
    /// @param logprobs of the labels in their order
    double[] weighed(double[] logprobs) {
        var weighed = logprobs.clone();
        for (var label = 0; label < logs.size(); label++) {
            weighed[label] += logs.get(label);
        }
        return weighed;
    }
}
