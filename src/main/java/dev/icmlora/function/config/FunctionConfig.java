package dev.icmlora.function.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Everything that can be set, with its default. Each key is also an environment variable: `icm-lora.native-dir` is
/// `ICM_LORA_NATIVE_DIR`. The tables of `docs/configuration.md` are written from these comments.
/// [SettingsCheck] has the limits.
@ConfigMapping(prefix = "icm-lora")
public interface FunctionConfig {

    /// The base model, a GGUF file. Default: `models/SmolLM2-135M-Instruct.Q8_0.gguf` in the working directory or the
    /// nearest folder above it that has one.
    Optional<Path> model();

    /// Checksum that the model must have, SHA-256 in hex. Default: pinned for the default model, none for another.
    Optional<String> modelSha256();

    /// The folder with `libllama`, or one with several builds of it in folders `cuda13`, `cuda12` and `cpu`,
    /// among which the GPU driver decides. Default: the folder that `make setup` fills under `native/`, looked
    /// for like the model.
    Optional<Path> nativeDir();

    /// The generator file, or `none`: then adapters are tuned, and none is generated. Default: `models/generator.gguf`,
    /// looked for like the model; none for another base model that it was not trained for.
    Optional<Path> generator();

    /// The sentence encoder, a GGUF file of a model such as BERT's, or `none`. Default: `models/e5-small-v2.Q8_0.gguf`,
    /// looked for like the model; none where it is not there.
    Optional<Path> encoder();

    /// Threads that compute; one, while other processes take the processors. Default: the number of processors.
    /// 1 to 512.
    OptionalInt threads();

    /// Workers that decode side by side, each a thread with contexts and a resident adapter of its own.
    /// 1 to 64. Default: 1.
    OptionalInt workers();

    /// Whether to refuse to start without a GPU; else the CPU computes. For instances that pay for one.
    @WithDefault("false")
    boolean requireGpu();

    /// Whether adapters can be tuned on a task's examples. From the first time on, that takes the base model's weights
    /// once more in memory.
    @WithDefault("true")
    boolean tuning();

    /// A request that has no answer after this time gets 504.
    @WithDefault("30s")
    Duration requestTimeout();

    /// Whether agents find tools at `/mcp`, by the Model Context Protocol: to define, run and list functions.
    @WithDefault("false")
    boolean mcp();

    /// Key that every request needs, but those for health. A caller that has it is called `default`. Default: none.
    Optional<String> apiKey();

    /// The key of a caller of that name, such as `ICM_LORA_API_KEYS_ALICE`; any number of them. Default: none.
    Map<String, String> apiKeys();

    /// What the caller of that name may do, such as `ICM_LORA_ROLES_ALICE=call,events`: some of `call`,
    /// `upload`, `events`, `metrics` and `admin`, which is all of them. Default: `admin` for `default`,
    /// `call,upload` for others.
    Map<String, List<String>> roles();

    /// Who sees an adapter: with `none` everybody, with `key` the callers that made it.
    @WithDefault("none")
    Tenancy tenancy();

    /// What is kept of the answers of named functions, to be corrected by their ids alone and asked about: `none`, or
    /// with `inputs` each input and its output.
    @WithDefault("none")
    Kept feedback();

    RateLimit rateLimit();

    Events events();

    /// LoRA slots: different adapters that a batch may have at the same time. With 1, adapters share the time instead.
    /// 1 to 8. Default: 8; 1 in a native executable.
    OptionalInt maxLoras();

    Worker worker();

    Queue queue();

    Cache cache();

    Adapter adapter();

    Adapters adapters();

    Limits limits();

    /// Who sees an adapter.
    enum Tenancy {
        NONE,
        KEY
    }

    /// What is kept of answers.
    enum Kept {
        NONE,
        INPUTS
    }

    /// What one caller may have.
    interface RateLimit {
        /// Requests that a caller may make in a minute; more are answered 429. Where callers need not say who they are,
        /// all callers are one. Default: no limit.
        OptionalInt requestsPerMinute();

        /// Tokens that a caller may use in a day: read, written, and tuned on. Once they are used up, requests that
        /// need some are answered 429. 1 to 1000000000000. Default: no limit.
        OptionalLong tokensPerDay();
    }

    /// Who may send events of object storage, beside callers whose keys have the role `events`. The addon `events` has
    /// the other settings of that name.
    interface Events {
        /// Subjects of an issuer's tokens that may send events, and do nothing else. Default: none.
        Optional<List<String>> senders();
    }

    /// A thread with its contexts and a resident adapter.
    interface Worker {
        /// Texts that a worker decodes side by side, and as many more of requests that would have none. 1 to 64.
        @WithDefault("8")
        int sequences();

        /// Tokens that a prompt and its answer may take. A context has room for twice as many. 64 to 8388608.
        @WithDefault("4096")
        int contextTokens();

        /// Tokens of one `llama_decode`. 64 to those of the context.
        @WithDefault("256")
        int batchTokens();

        /// For debugging: whether to compare, after every hot-apply, the logits of a short text with those of the
        /// same adapter loaded from its GGUF file. If they differ, what the worker works on fails.
        @WithDefault("false")
        boolean checkAdapters();
    }

    /// Requests that wait for a worker.
    interface Queue {
        /// Requests that may wait for a worker; more are answered 429. One caller has half of them at most.
        @WithDefault("64")
        int capacity();
    }

    /// Adapters that were generated and can be named by id.
    interface Cache {
        /// Memory for adapters, their tasks and tunings that go on; the ones unused for longest go first.
        @WithDefault("256M")
        MemorySize adapters();
    }

    /// What resident adapters have room for.
    interface Adapter {
        /// Modules of each layer that adapters may change: any of `attn_q`, `attn_k`, `attn_v`, `attn_output`,
        /// `ffn_gate`, `ffn_up`, `ffn_down`. All of them are written at each hot-apply. Default: those that the
        /// generator changes; without one, `attn_q` and `attn_v`.
        Optional<List<String>> modules();

        /// Highest rank of an adapter. 1 to 256. Default: the generator's; without one, 16.
        OptionalInt maxRank();
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

        /// Most bytes in that folder. Generated adapters make room: first those that were written there, or read from
        /// there, longest ago.
        @WithDefault("1G")
        MemorySize dirBytes();
    }

    /// What a request may hold. Prompt and answer are further bounded by the context.
    interface Limits {
        /// Inputs of a request.
        @WithDefault("256")
        int inputs();
    }
}
