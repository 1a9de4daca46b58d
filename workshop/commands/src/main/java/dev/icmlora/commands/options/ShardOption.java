package dev.icmlora.commands.options;

import picocli.CommandLine.Option;

import dev.icmlora.trainer.curriculum.Shard;

/// The option for this process's part of the work.
public final class ShardOption {
    @Option(
            names = "--shard",
            paramLabel = "I/N",
            description = "Only the I-th of N parts, I from 0 (default: what CLOUD_RUN_TASK_INDEX and _COUNT or"
                    + " JOB_COMPLETION_INDEX and _COUNT say, else everything).")
    private String shard;

    public Shard shard() {
        return shard == null ? Shard.of(System.getenv()) : Shard.parse(shard);
    }
}
