package dev.icmlora.llama;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.IntStream;

import dev.icmlora.TestInstallation;

/// The base model, loaded once for all tests of a JVM and never closed.
final class SharedModel {
    private static LlamaModel model;

    private SharedModel() {}

    static synchronized LlamaModel get() {
        if (model == null) {
            TestInstallation.loadLibraries();
            model = LlamaModel.load(TestInstallation.model());
        }
        return model;
    }

    static ContextOptions options(int sequences) {
        return ContextOptions.of(512, 128).withSequences(sequences);
    }

    /// A batch of the tokens as sequence 0 from position 0, output at the last one.
    static TokenBatch batch(int... tokens) {
        TokenBatch batch = TokenBatch.allocate(tokens.length, 1);
        IntStream.range(0, tokens.length).forEach(i -> batch.add(tokens[i], i, 0, i == tokens.length - 1));
        return batch;
    }

    static int argmax(float[] values) {
        return IntStream.range(0, values.length)
                .reduce((a, b) -> values[b] > values[a] ? b : a)
                .orElseThrow();
    }

    static double cosine(float[] a, float[] b) {
        double dot = 0;
        double aa = 0;
        double bb = 0;
        for (int i = 0; i < a.length; i++) {
            dot += a[i] * b[i];
            aa += a[i] * a[i];
            bb += b[i] * b[i];
        }
        return dot / Math.sqrt(aa * bb);
    }

    /// What the process has in memory.
    static long residentBytes() throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
                .findFirst()
                .orElseThrow();
    }
}
