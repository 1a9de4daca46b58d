package dev.icmlora.engine.worker;

import java.util.List;

/// Hidden states of a prompt, one for each layer that the context watches.
///
/// @param last at the last token, which an answer follows
/// @param mean over the tokens from [Wanted#statesFrom] on
/// @param each of these tokens has its own after the layer [Extracting#LAYER], where spans are scored; else none
public record PromptStates(List<float[]> last, List<float[]> mean, List<float[]> each) {

    public PromptStates {
        last = List.copyOf(last);
        mean = List.copyOf(mean);
        each = List.copyOf(each);
    }
}
