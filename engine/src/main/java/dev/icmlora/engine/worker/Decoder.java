package dev.icmlora.engine.worker;

import java.util.List;
import java.util.Optional;

import dev.icmlora.engine.worker.Answer.TokenLogprob;
import dev.icmlora.llama.DecodeException;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// A context, its batch and its vocabulary, as far as a [ContextScheduler] needs them. Belongs to the worker's thread.
public interface Decoder {

    /// How many different adapters the tokens of a batch can have.
    int loraSlots();

    /// Whether this adapter can share a batch with others.
    boolean canShare(ScaledAdapter adapter);

    /// Says which adapters the next batches have. Nothing is written where they are there already.
    ///
    /// @param adapters at most as many as there are LoRA slots; none for the base model alone
    void use(List<ScaledAdapter> adapters);

    /// Empties the batch.
    void begin();

    /// Tokens that still fit into the batch.
    int room();

    /// Tokens in the batch after which something is asked for: each takes the scores of the whole vocabulary.
    int outputs();

    /// Adds a token to the batch.
    ///
    /// @param adapter one of those in use; empty for the base model alone
    /// @param position in the sequences, going on from what is remembered of them
    /// @param sequences that share the token; such as were told apart by an earlier one share none any more
    /// @param output whether what follows this token is asked for
    /// @return what [Chooser#next] and [#logprobs] take
    int add(Optional<ScaledAdapter> adapter, int token, int position, int[] sequences, boolean output);

    /// Asks for the hidden states of a token of the batch.
    ///
    /// @param at what [#add] returned
    void watch(int at);

    /// The hidden states of a token that was watched in the batch that was decoded last, after each layer.
    List<float[]> states(int at);

    /// Computes the batch.
    ///
    /// @throws DecodeException if it is refused or fails; its reason says what became of the memory
    void decode();

    /// Makes the first `length` tokens of one sequence the beginning of another, which is empty.
    void copy(int source, int target, int length);

    void remove(int sequence);

    /// Forgets all sequences, and what their memory held.
    void wipe();

    /// @throws IllegalArgumentException if the options hold a grammar that does not parse
    Chooser chooser(SamplingOptions options);

    boolean ends(int token);

    /// A token's bytes.
    byte[] piece(int token);

    /// Whether all scores at an output of the batch that was decoded last are finite.
    boolean areFinite(int output);

    /// How likely a token was, after the batch that was decoded last.
    ///
    /// @param top how many of the likeliest tokens to name
    TokenLogprob logprob(int token, int output, int top);

    /// How likely each of some tokens was, after the batch that was decoded last.
    ///
    /// @return natural logarithms of their probabilities
    /// @throws dev.icmlora.llama.ScoresNotFiniteException if the model's scores are not finite
    double[] logprobs(int[] tokens, int output);

    /// Chooses the tokens of one text, and remembers them.
    interface Chooser extends AutoCloseable {

        /// The token that follows an output of the batch that was decoded last.
        ///
        /// @throws dev.icmlora.llama.ScoresNotFiniteException if the model's scores are not finite
        int next(int output);

        @Override
        void close();
    }
}
