package dev.icmlora.function.events;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

import io.quarkus.runtime.configuration.MemorySize;
import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import jakarta.validation.Valid;
import jakarta.validation.constraints.Max;
import jakarta.validation.constraints.Min;
import jakarta.validation.constraints.Pattern;
import org.hibernate.validator.constraints.time.DurationMin;

/// Object-storage events, and jobs. Nothing here but for jobs does anything until a bucket is named. The tables of
/// `docs/configuration.md` are
/// written from these comments.
@ConfigMapping(prefix = "icm-lora.events")
public interface EventsConfig {

    /// Buckets whose events are taken: `gs://name`, `s3://name`, `az://account/container`, or directories, which are
    /// watched too, as `file:/directory`. Events of others are ignored. Default: none.
    Optional<List<String>> buckets();

    /// Task files are the objects `<tasks-prefix><name>.json`. The three prefixes must not overlap.
    @WithDefault("tasks/")
    @Pattern(regexp = "[^/].*/")
    String tasksPrefix();

    /// Where answers go.
    @WithDefault("results/")
    @Pattern(regexp = "[^/].*/")
    String resultsPrefix();

    /// Where adapters go.
    @WithDefault("adapters/")
    @Pattern(regexp = "[^/].*/")
    String adaptersPrefix();

    /// Task files that are worked on at the same time, and as many jobs; their batches wait in line.
    @WithDefault("4")
    @Min(1)
    int jobs();

    /// Inputs that are sent to a worker together, at most as many as a request may have.
    @WithDefault("32")
    @Min(1)
    @Max(256)
    int batch();

    /// Time after which a delivery stores what it has and asks for another one. Below the broker's own limit.
    @WithDefault("9m")
    Duration deadline();

    /// A task file whose instance gave no sign for this long is taken over.
    @WithDefault("20s")
    @DurationMin(millis = 1)
    Duration lease();

    /// How long a passing storage fault is waited out before the broker is asked to deliver again.
    @WithDefault("20s")
    Duration retry();

    @Valid
    Checkpoint checkpoint();

    @Valid
    Limits limits();

    /// Where to send `dev.icmlora.task.completed` and `.failed`. Default: `K_SINK`, which Knative sets.
    Optional<String> sink();

    /// Origins that may register a webhook with the CloudEvents handshake.
    @WithDefault("eventgrid.azure.net")
    List<String> webhookOrigins();

    /// How often a directory is looked at; a file is taken when it did not change in between.
    @WithDefault("1s")
    Duration watchInterval();

    /// When answers are stored on the way.
    interface Checkpoint {
        /// Answers are stored on the way after so many of them, or after 30 seconds, whichever comes first.
        @WithDefault("1024")
        @Min(1)
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
        @Min(1)
        int inputs();
    }
}
