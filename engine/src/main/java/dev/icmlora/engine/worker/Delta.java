package dev.icmlora.engine.worker;

import java.util.List;

/// The text by which an answer grew.
///
/// @param text whole characters that no stop string can take back any more; may be empty
/// @param logprobs of the tokens that the text consists of, where they were asked for
public record Delta(String text, List<TokenLogprob> logprobs) {

    boolean isEmpty() {
        return text.isEmpty() && logprobs.isEmpty();
    }
}
