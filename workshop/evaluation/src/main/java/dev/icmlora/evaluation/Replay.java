package dev.icmlora.evaluation;

import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

import dev.icmlora.generator.adapter.Adapter;

/// What the function answers with adapters, answered again by an engine that does nothing else.
///
/// It gets the function's requests in the function's order: what a context keeps of a prompt moves the rounding of the
/// next, which alone decides a few answers in a hundred.
final class Replay {
    /// So many answers tell a share to within a percent; more take time and tell nothing new.
    private static final int ENOUGH = 500;

    private final Optional<ControlBench> bench;
    private int compared;
    private int agreed;

    /// @param bench borrowed, that has answered nothing yet; empty where nothing is to be compared
    Replay(Optional<ControlBench> bench) {
        this.bench = bench;
    }

    /// Requests that no adapter answers, or one that is chosen, are passed over, and those after enough answers.
    ///
    /// @param outputs the function's
    void compare(Question question, Condition.Request request, List<String> outputs) {
        if (request.namesAdapter() && compared < ENOUGH) {
            bench.ifPresent(again -> compare(again, question, request, outputs));
        }
    }

    private void compare(ControlBench bench, Question question, Condition.Request request, List<String> outputs) {
        float[] latent = bench.latent(bench.vector(question.task(request.examples())));
        Adapter adapter = bench.generate(latent, (float) request.strength().orElse(1));
        List<int[]> prompts = question.prompts(bench.format(), request.shown(request.mode()));
        List<String> again = bench.answer(Optional.of(adapter), prompts, question.maxTokens(bench.format()));
        for (int i = 0; i < outputs.size(); i++) {
            compared++;
            agreed += outputs.get(i).equals(again.get(i)) ? 1 : 0;
        }
    }

    /// Share of the answers that both gave alike: how far controls and function may be compared. Empty where none was.
    OptionalDouble agreement() {
        return compared == 0 ? OptionalDouble.empty() : OptionalDouble.of((double) agreed / compared);
    }
}
