package dev.icmlora.trainer.train;

import picocli.CommandLine.Option;

/// Size and scale of the adapters; B0, generator and export must agree on them.
final class AdapterOptions {
    @Option(names = "--rank", description = "default: ${DEFAULT-VALUE}")
    int rank = 16;

    @Option(names = "--alpha", description = "default: ${DEFAULT-VALUE}")
    float alpha = 32;
}
