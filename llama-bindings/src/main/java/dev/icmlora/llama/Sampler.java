package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.LlamaSamplerH;
import dev.icmlora.capi.LlamaSamplerH.LlamaTokenDataArray;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.capi.NativeLog;
import dev.icmlora.llama.SamplingOptions.Penalties;

/// Chooses tokens for one sequence and remembers what it chose (for penalties, grammar and the random state).
/// Belongs to one thread at a time.
public final class Sampler implements AutoCloseable {
    private final Vocabulary vocabulary;
    private final NativeHandle handle;

    /// See [#sampleChecked].
    private final boolean hasGrammar;

    /// Whether the greatest score decides and nothing else. llama.cpp's own sampler would sort out an array of the
    /// whole vocabulary first, which takes several times as long.
    private final boolean greedy;

    private Sampler(Vocabulary vocabulary, MemorySegment chain, boolean hasGrammar, boolean greedy) {
        this.vocabulary = vocabulary;
        this.hasGrammar = hasGrammar;
        this.greedy = greedy;
        NativeHandle model = vocabulary.model();
        this.handle = new NativeHandle("sampler", chain, address -> {
            LlamaSamplerH.llama_sampler_free(address);
            model.drop();
        });
    }

    /// @throws IllegalArgumentException if the grammar does not parse or has no rule `root`
    public static Sampler create(SamplingOptions options, Vocabulary vocabulary) {
        vocabulary.model().hold();
        try (Arena arena = CallArena.open()) {
            MemorySegment chain =
                    LlamaSamplerH.llama_sampler_chain_init(LlamaSamplerH.llama_sampler_chain_default_params(arena));
            try {
                addAll(chain, options, vocabulary, arena);
            } catch (RuntimeException e) {
                LlamaSamplerH.llama_sampler_free(chain);
                throw e;
            }
            boolean hasGrammar = options.grammar().isPresent();
            boolean greedy = options.temperature() == 0 && options.penalties().window() == 0 && !hasGrammar;
            return new Sampler(vocabulary, chain, hasGrammar, greedy);
        } catch (RuntimeException e) {
            vocabulary.model().drop();
            throw e;
        }
    }

    private static void addAll(MemorySegment chain, SamplingOptions options, Vocabulary vocabulary, Arena arena) {
        options.grammar().ifPresent(grammar -> add(chain, grammar(grammar, vocabulary, arena)));
        Penalties penalties = options.penalties();
        if (penalties.window() > 0) {
            add(
                    chain,
                    LlamaSamplerH.llama_sampler_init_penalties(
                            vocabulary.size(),
                            penalties.window(),
                            penalties.repeat(),
                            penalties.frequency(),
                            penalties.presence()));
        }
        if (options.temperature() == 0) {
            add(chain, LlamaSamplerH.llama_sampler_init_greedy());
            return;
        }
        if (options.topK() > 0) {
            add(chain, LlamaSamplerH.llama_sampler_init_top_k(options.topK()));
        }
        if (options.topP() < 1) {
            add(chain, LlamaSamplerH.llama_sampler_init_top_p(options.topP(), 1));
        }
        if (options.minP() > 0) {
            add(chain, LlamaSamplerH.llama_sampler_init_min_p(options.minP(), 1));
        }
        add(chain, LlamaSamplerH.llama_sampler_init_temp(options.temperature()));
        add(chain, LlamaSamplerH.llama_sampler_init_dist(options.seed()));
    }

    private static MemorySegment grammar(String grammar, Vocabulary vocabulary, Arena arena) {
        try (NativeLog.Capture errors = NativeLog.capture()) {
            MemorySegment sampler = LlamaSamplerH.llama_sampler_init_grammar(
                    vocabulary.live(), arena.allocateFrom(grammar), arena.allocateFrom("root"));
            if (sampler.equals(MemorySegment.NULL)) {
                throw new IllegalArgumentException("not a grammar: " + errors.text());
            }
            return sampler;
        }
    }

    /// The chain takes ownership.
    private static void add(MemorySegment chain, MemorySegment sampler) {
        LlamaSamplerH.llama_sampler_chain_add(chain, sampler);
    }

    /// Chooses the token that follows an output of the context's last batch, and remembers it.
    ///
    /// @param batchIndex what [TokenBatch#add] returned for a position with `output`
    /// @throws IllegalArgumentException if that position was no output, or the context's model has another
    /// vocabulary
    /// @throws IllegalStateException if the grammar allows no token here
    /// @throws ScoresNotFiniteException if the model's scores are not finite
    public int sample(LlamaContext context, int batchIndex) {
        MemorySegment chain = handle.get();
        if (context.model().vocabulary() != vocabulary) {
            throw new IllegalArgumentException("the sampler was created for another model");
        }
        context.requireFiniteLogits(batchIndex);
        if (greedy) {
            return context.likeliest(batchIndex);
        }
        return hasGrammar
                ? sampleChecked(chain, context.candidates(batchIndex))
                : LlamaSamplerH.llama_sampler_sample(chain, context.address(), batchIndex);
    }

    /// What `llama_sampler_sample` does, with a look at the choice before it is accepted: where a grammar
    /// allows no token at all, accepting one would end the process.
    private int sampleChecked(MemorySegment chain, LlamaTokenDataArray candidates) {
        LlamaSamplerH.llama_sampler_apply(chain, candidates.struct());
        if (!candidates.isSelected() || candidates.selectedLogit() == Float.NEGATIVE_INFINITY) {
            throw new IllegalStateException("the grammar allows no token here");
        }
        int token = candidates.selectedToken();
        LlamaSamplerH.llama_sampler_accept(chain, token);
        return token;
    }

    @Override
    public void close() {
        handle.close();
    }
}
