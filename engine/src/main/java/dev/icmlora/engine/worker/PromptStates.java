package dev.icmlora.engine.worker;

import java.util.List;

/// Hidden states of a prompt, one for each layer that the context watches.
///
/// @param last at the last token, which an answer follows
/// @param mean over the tokens from [Wanted#statesFrom] on
/// @param each where spans are scored, those of each of these tokens; else none
public record PromptStates(List<float[]> last, List<float[]> mean, List<List<float[]>> each) {

    public PromptStates {
        last = List.copyOf(last);
        mean = List.copyOf(mean);
        each = List.copyOf(each);
    }
}
