package dev.icmlora.engine.scoring;

/// One way to serve a task: some weights and a form of prompt.
public record Candidate(Origin origin, PromptForm form) {
    /// How costly an answer is, the cheapest first: the description with an adapter, the description alone, examples.
    int cost() {
        if (form == PromptForm.EXAMPLES) {
            return 2;
        }
        return origin instanceof Origin.Base ? 1 : 0;
    }
}
