package dev.icmlora.client;

import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// A task as a function of types: a small model answers, and no answer is outside the type `O`.
///
/// It is safe for use by several threads. Every method throws an [IcmLoraException] where the function refuses
/// the request or cannot be reached. A program's own tests may put a lambda in its place.
///
/// @param <I> type of the input: a string is sent as it is, anything else as JSON
/// @param <O> type of the output
@FunctionalInterface
public interface TypedFunction<I, O> extends Function<I, O> {

    /// The answers to inputs, in their order, however many there are. Those that one request takes are answered
    /// together, which is faster than one after the other. A request that would be too long, or is not answered
    /// in the time that the function gives it, is sent again in halves.
    List<Answer<O>> askAll(List<? extends I> inputs);

    /// The version that answers, such as `urgency@3`; empty where the function has no name.
    default Optional<String> version() {
        return Optional.empty();
    }

    /// Hands inputs over, which the function answers in the background: 10,000 at most, and 1 MiB of them. The
    /// same task answers as in [#askAll].
    ///
    /// Where the connection breaks, the job may have been taken or not, and this does not send it again.
    ///
    /// @throws UnsupportedOperationException unless an [IcmLoraClient] made this function
    default Job<O> submit(List<? extends I> inputs) {
        throw new UnsupportedOperationException("only what IcmLoraClient makes has jobs");
    }

    /// A job that was submitted before, by this program or another one. Nothing is sent.
    ///
    /// @param id see [Job#id]
    /// @throws IllegalArgumentException if it is no id
    /// @throws UnsupportedOperationException unless an [IcmLoraClient] made this function
    default Job<O> job(String id) {
        throw new UnsupportedOperationException("only what IcmLoraClient makes has jobs");
    }

    /// Says what is right for an input: instead of what was answered, or that it was. It changes no answer before
    /// [#improve]. Saying it again changes nothing.
    ///
    /// @throws UnsupportedOperationException unless an [IcmLoraClient] made this function, under a name
    default void correct(I input, O output) {
        throw new UnsupportedOperationException("only what IcmLoraClient makes under a name can learn");
    }

    /// The same of an answer, so that the function knows which version gave it.
    default void correct(Answer<O> answer, I input, O output) {
        correct(input, output);
    }

    /// Has the function learn from what was said of its answers. Where that makes it better, the next version serves
    /// those who name no version; this object stays at its own. It takes some seconds to some minutes, and the
    /// client's timeout should be as long; where it is not, the work goes on.
    ///
    /// @throws UnsupportedOperationException as in [#correct]
    default Improvement improve() {
        throw new UnsupportedOperationException("only what IcmLoraClient makes under a name can learn");
    }

    /// The answer to an input, with what is known of it.
    default Answer<O> ask(I input) {
        return askAll(List.of(input)).get(0);
    }

    /// The answer to an input.
    ///
    /// @throws AbstainedException if there is none
    @Override
    default O apply(I input) {
        return ask(input).orElseThrow();
    }
}
