package dev.icmlora.engine.worker;

import java.util.List;

/// Hidden states of a prompt, one for each layer that the context watches.
///
/// @param last at the last token, which an answer follows
/// @param mean over the tokens from [Choosing#statesFrom] on
public record PromptStates(List<float[]> last, List<float[]> mean) {

    public PromptStates {
        last = List.copyOf(last);
        mean = List.copyOf(mean);
    }
}
