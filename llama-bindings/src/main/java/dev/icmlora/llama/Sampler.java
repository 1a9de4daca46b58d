package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.Optional;

import dev.icmlora.capi.CallArena;
import dev.icmlora.capi.LlamaSamplerH;
import dev.icmlora.capi.LlamaSamplerH.LlamaTokenDataArray;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.capi.NativeLog;
import dev.icmlora.llama.Sampler.SamplingOptions.Penalties;

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

    /// Options by which the next token is chosen. The order is: grammar, penalties, then the most likely token
    /// (temperature 0) or top-k, top-p, min-p, temperature and a draw.
    ///
    /// @param temperature 0 to 100; 0 takes the most likely token
    /// @param topK keep this many, 0 for all
    /// @param topP keep the likeliest whose probabilities reach this sum, 1 for all
    /// @param minP drop those less likely than this part of the likeliest, 0 for none
    /// @param penalties of recent tokens
    /// @param seed of the draw; -1 lets llama.cpp choose
    /// @param grammar GBNF with a rule `root` that the text must follow, at most 16 KiB
    public record SamplingOptions(
            float temperature,
            int topK,
            float topP,
            float minP,
            Penalties penalties,
            int seed,
            Optional<String> grammar) {
        /// The most likely token, always.
        public static final SamplingOptions GREEDY =
                new SamplingOptions(0, 0, 1, 0, new Penalties(1, 0, 0, 0), 0, Optional.empty());

        private static final int MAX_WINDOW = 1 << 16;
        private static final int MAX_GRAMMAR = 16 * 1024;
        private static final int MAX_GRAMMAR_DEPTH = 64;

        public SamplingOptions {
            require("temperature", temperature, 0, 100);
            require("topK", topK, 0, Integer.MAX_VALUE);
            require("topP", topP, 0, 1);
            require("minP", minP, 0, 1);
            Objects.requireNonNull(penalties, "penalties");
            Objects.requireNonNull(grammar, "grammar");
            grammar.ifPresent(SamplingOptions::requireGrammar);
        }

        /// What recent tokens lose.
        ///
        /// @param repeat divides the scores of recent tokens, above 0, 1 for none
        /// @param frequency taken off a recent token's score for each time it occurred
        /// @param presence taken off a recent token's score once
        /// @param window how many sampled tokens are recent, 0 turns penalties off
        public record Penalties(float repeat, float frequency, float presence, int window) {
            public Penalties {
                require("repeatPenalty", repeat, Float.MIN_VALUE, 100);
                require("frequencyPenalty", frequency, -100, 100);
                require("presencePenalty", presence, -100, 100);
                require("penaltyWindow", window, 0, MAX_WINDOW);
            }
        }

        private static void require(String name, double value, double minimum, double maximum) {
            if (!(value >= minimum && value <= maximum)) {
                throw new IllegalArgumentException(name + " is " + minimum + " to " + maximum + ", not " + value);
            }
        }

        /// The parser of llama.cpp recurses on nesting and on rules, so both are bounded before a user's grammar
        /// can overflow a native stack.
        private static void requireGrammar(String text) {
            if (text.isBlank() || text.length() > MAX_GRAMMAR || text.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "a grammar has 1 to " + MAX_GRAMMAR + " characters without U+0000, not " + text.length());
            }
            int depth = 0;
            char closing = 0; // of the literal or character class that we are in
            for (int i = 0; i < text.length(); i++) {
                char c = text.charAt(i);
                if (closing != 0) {
                    i += c == '\\' ? 1 : 0;
                    closing = c == closing ? 0 : closing;
                } else if (c == '"' || c == '[') {
                    closing = c == '"' ? '"' : ']';
                } else {
                    depth += c == '(' ? 1 : c == ')' ? -1 : 0;
                }
                if (depth > MAX_GRAMMAR_DEPTH) {
                    throw new IllegalArgumentException("a grammar nests at most " + MAX_GRAMMAR_DEPTH + " groups");
                }
            }
        }

        public SamplingOptions withTemperature(float temperature) {
            return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
        }

        public SamplingOptions withTopK(int topK) {
            return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
        }

        public SamplingOptions withTopP(float topP) {
            return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
        }

        public SamplingOptions withMinP(float minP) {
            return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
        }

        public SamplingOptions withPenalties(float repeat, float frequency, float presence, int window) {
            Penalties others = new Penalties(repeat, frequency, presence, window);
            return new SamplingOptions(temperature, topK, topP, minP, others, seed, grammar);
        }

        public SamplingOptions withSeed(int seed) {
            return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, grammar);
        }

        public SamplingOptions withGrammar(String text) {
            return new SamplingOptions(temperature, topK, topP, minP, penalties, seed, Optional.of(text));
        }
    }
}
