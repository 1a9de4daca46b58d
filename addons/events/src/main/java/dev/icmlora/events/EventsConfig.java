package dev.icmlora.events;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Object-storage events, and jobs. Without a bucket there are no events, and only jobs use this. The tables of
/// `docs/configuration.md` are written from these comments. [Buckets] has the limits.
@ConfigMapping(prefix = "icm-lora.events")
public interface EventsConfig {

    /// Buckets whose events are taken: `gs://name`, `s3://name`, `az://account/container`, or directories, which are
    /// watched too, as `file:/directory`. Events of others are ignored. Default: none.
    Optional<List<String>> buckets();

    /// Origins that may register a webhook with the CloudEvents handshake.
    @WithDefault("eventgrid.azure.net")
    List<String> webhookOrigins();

    /// Task files are the objects `<tasks-prefix><name>.json`. The three prefixes must not overlap.
    @WithDefault("tasks/")
    String tasksPrefix();

    /// Where answers go.
    @WithDefault("results/")
    String resultsPrefix();

    /// Where adapters go.
    @WithDefault("adapters/")
    String adaptersPrefix();

    /// Task files that are worked on at the same time, and as many jobs; their batches wait in line.
    @WithDefault("4")
    int jobs();

    /// Inputs that are sent to a worker together, at most as many as a request may have. 1 to 256.
    @WithDefault("32")
    int batch();

    /// Time after which a delivery stores what it has and asks for another one. Below the broker's own limit.
    @WithDefault("9m")
    Duration deadline();

    /// A task file whose instance gave no sign for this long is taken over.
    @WithDefault("20s")
    Duration lease();

    /// How long a passing storage fault is waited out before the broker is asked to deliver again.
    @WithDefault("20s")
    Duration retry();

    Checkpoint checkpoint();

    Limits limits();

    /// How often a directory is looked at; a file is taken when it did not change in between.
    @WithDefault("1s")
    Duration watchInterval();

    /// When answers are stored on the way.
    interface Checkpoint {
        /// Answers are stored on the way after so many of them, or after 30 seconds, whichever comes first.
        @WithDefault("1024")
        int inputs();
    }

    /// What a task file may hold, beyond the limits of a request.
    interface Limits {
        /// Bytes of a task file, and of the `.jsonl` file with its inputs.
        @WithDefault("1G")
        MemorySize file();

        /// Bytes of everything but the inputs.
        @WithDefault("1M")
        MemorySize header();

        /// Inputs of a task file.
        @WithDefault("1000000")
        int inputs();
    }
}
