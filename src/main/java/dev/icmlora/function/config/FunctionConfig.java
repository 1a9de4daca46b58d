package dev.icmlora.function.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.Valid;
import jakarta.validation.constraints.DecimalMin;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import org.hibernate.validator.constraints.time.DurationMin;

/// Everything that can be set, with its default. Each key is also an environment variable: `icm-lora.native-dir` is
/// `ICM_LORA_NATIVE_DIR`.
@ConfigMapping(prefix = "icm-lora")
public interface FunctionConfig {

    /// The base model, a GGUF file. Default: `models/SmolLM2-135M-Instruct.Q8_0.gguf` in the working directory or the
    /// nearest folder above it that has one.
    Optional<Path> model();

    /// Expected SHA-256 of the model file, in hex. Default: the pinned checksum for the default model, none for
    /// another.
    Optional<String> modelSha256();

    /// The folder with `libllama`, or one with several builds of it in folders `cuda13`, `cuda12` and `cpu`,
    /// among which the GPU driver decides. Default: the folder that `make setup` fills under `native/`, looked
    /// for like the model.
    Optional<Path> nativeDir();

    /// The generator file. Default: `models/generator.gguf`, looked for like the model.
    Optional<Path> generator();

    /// Threads that compute. Default: the number of processors.
    OptionalInt threads();

    /// Threads that decode side by side, each with contexts and a resident adapter of its own. Default: 1.
    @Min(1)
    @Max(64)
    OptionalInt workers();

    /// Model layers that go to a GPU, if there is one; -1 for all.
    @WithDefault("-1")
    @Min(-1)
    int gpuLayers();

    /// Whether to refuse to start without a GPU; else the CPU computes. For instances that pay for one.
    @WithDefault("false")
    boolean requireGpu();

    /// A request that has no answer after this time gets 504.
    @WithDefault("30s")
    @DurationMin(millis = 1)
    Duration requestTimeout();

    /// Every request but those for health needs a key, if there is one. Whoever has this one is called `default`.
    Optional<String> apiKey();

    /// Keys by the names of those who have them: `icm-lora.api-keys.alice` is `ICM_LORA_API_KEYS_ALICE`.
    Map<String, String> apiKeys();

    /// Who sees an adapter: with `none` everybody, with `key` the callers that made it.
    @WithDefault("none")
    Tenancy tenancy();

    @Valid
    RateLimit rateLimit();

    /// Different adapters that a batch may have at the same time; with 1 they take time slices. Default: 8, and 1 in a
    /// native executable.
    @Min(1)
    @Max(8)
    OptionalInt maxLoras();

    @Valid
    Worker worker();

    @Valid
    Queue queue();

    @Valid
    Cache cache();

    @Valid
    Adapters adapters();

    @Valid
    Limits limits();

    @Valid
    OpenAi openai();

    /// Who sees an adapter.
    enum Tenancy {
        NONE,
        KEY
    }

    /// Requests of one caller.
    interface RateLimit {
        /// How many in a minute; more are answered 429. Where nobody has to say who they are, all callers are one.
        /// Default: no limit.
        @Min(1)
        OptionalInt requestsPerMinute();
    }

    /// A thread with its contexts and a resident adapter.
    interface Worker {
        /// Texts that are decoded side by side.
        @WithDefault("8")
        @Min(1)
        @Max(64)
        int sequences();

        /// Tokens that the prompts and answers decoded side by side may take together.
        @WithDefault("4096")
        @Min(64)
        int contextTokens();

        /// For debugging: whether to compare, after every hot-apply, the logits of a short text with those of the
        /// same adapter loaded from its GGUF file. If they differ, what the worker works on fails.
        @WithDefault("false")
        boolean checkAdapters();

        /// Tokens of one `llama_decode`.
        @WithDefault("512")
        @Min(64)
        int batchTokens();
    }

    /// Requests that wait for a worker.
    interface Queue {
        /// More than this many waiting requests are answered 429.
        @WithDefault("64")
        @Min(1)
        int capacity();
    }

    /// Adapters that were generated and can be named by id.
    interface Cache {
        /// Memory for adapters and their tasks; the ones unused for longest go first.
        @WithDefault("256M")
        MemorySize adapters();

        /// Memory for decisions of how a task is served; the ones unused for longest go first.
        @WithDefault("32M")
        MemorySize decisions();
    }

    /// Adapters as files.
    interface Adapters {
        /// Whether clients may bring adapters of their own with `PUT /adapters`.
        @WithDefault("false")
        boolean upload();

        /// Longest file that they may bring, and longest content of a zip.
        @WithDefault("16M")
        MemorySize maxBytes();

        /// A folder that keeps adapters, and the tasks they belong to, across restarts. Default: none; then they are
        /// in memory only.
        Optional<Path> dir();

        /// Most bytes in that folder. Generated adapters make room, those unused for longest first.
        @WithDefault("1G")
        MemorySize dirBytes();

        /// Adapters of one sum.
        @WithDefault("16")
        @Min(1)
        int summands();
    }

    /// The interface for OpenAI clients.
    interface OpenAi {
        /// Most tokens of a text whose request sets no limit.
        @WithDefault("512")
        @Min(1)
        int maxTokens();

        /// Highest `n`.
        @WithDefault("8")
        @Min(1)
        int choices();
    }

    /// What a request may hold. Prompt and answer are further bounded by the context.
    interface Limits {
        /// Characters of a description.
        @WithDefault("2000")
        @Min(1)
        int descriptionCharacters();

        /// Examples of a task.
        @WithDefault("64")
        @Min(1)
        int examples();

        /// Characters of an example's input, and of its output.
        @WithDefault("2000")
        @Min(1)
        int exampleCharacters();

        /// Inputs of a request.
        @WithDefault("256")
        @Min(1)
        int inputs();

        /// Stop strings of a request.
        @WithDefault("8")
        @Min(1)
        int stops();

        /// Characters of a stop string.
        @WithDefault("100")
        @Min(1)
        int stopCharacters();

        /// Candidates of a request.
        @WithDefault("64")
        @Min(1)
        int candidates();

        /// Highest `budget_ms`.
        @WithDefault("10000")
        @Min(1)
        int budgetMillis();

        /// Highest `scale`.
        @WithDefault("4")
        @DecimalMin("1")
        double scale();

        /// Highest `strength`.
        @WithDefault("4")
        @DecimalMin("1")
        double strength();

        /// Highest `temperature`.
        @WithDefault("2")
        @DecimalMin("0")
        double temperature();
    }
}
