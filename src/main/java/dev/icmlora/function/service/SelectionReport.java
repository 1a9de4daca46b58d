package dev.icmlora.function.service;

import java.util.List;

import dev.icmlora.engine.scoring.Candidate;
import dev.icmlora.engine.scoring.Decision;
import dev.icmlora.engine.scoring.Origin;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.engine.scoring.Score;
import dev.icmlora.engine.scoring.ScoredCandidate;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.Selection;

/// A decision in the words of the reply.
final class SelectionReport {

    private SelectionReport() {}

    static Selection of(Decision decision) {
        var distance = decision.distance();
        return new Selection(
                mode(decision.served()),
                kind(decision.served().origin()),
                strength(decision.served().origin()),
                decision.confidence(),
                distance.isPresent() ? distance.getAsDouble() : null,
                decision.tokens(),
                false,
                decision.hurried() ? true : null,
                decision.scored().stream().map(SelectionReport::candidate).toList());
    }

    /// The mode that would serve this candidate's form of prompt.
    static Mode mode(Candidate candidate) {
        var adapted = candidate.origin() instanceof Origin.Generated;
        if (candidate.form() == PromptForm.EXAMPLES) {
            return adapted ? Mode.ADAPTER_EXAMPLES : Mode.EXAMPLES;
        }
        return adapted ? Mode.ADAPTER : Mode.PLAIN;
    }

    private static Selection.Candidate candidate(ScoredCandidate candidate) {
        var origin = candidate.candidate().origin();
        return new Selection.Candidate(
                kind(origin),
                strength(origin),
                origin instanceof Origin.Nearest nearest ? nearest.task() : null,
                mode(candidate.candidate()),
                candidate.score().loss(),
                candidate.score().exact(),
                examples(candidate.score()));
    }

    private static List<Selection.Example> examples(Score evidence) {
        return evidence.scores().stream()
                .map(score -> new Selection.Example(score.nats(), score.tokens(), score.exact()))
                .toList();
    }

    private static String kind(Origin origin) {
        return switch (origin) {
            case Origin.Base _ -> "base";
            case Origin.Mean mean -> mean.strength() == 0 ? "b0" : "mean";
            case Origin.Nearest _ -> "nearest";
        };
    }

    private static Double strength(Origin origin) {
        return origin instanceof Origin.Generated generated ? (double) generated.strength() : null;
    }
}
