package dev.icmlora.cli.merge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import com.google.gson.JsonParser;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.adapter.GgufAdapter;
import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.TensorInfo;

/// Merging on the real base model.
class MergeCommandTest {
    private static final Path BASE = Installation.ofThisProcess().model();
    private static final String QUERY = "blk.3.attn_q.weight";
    private static final String VALUE = "blk.7.attn_v.weight";

    @TempDir
    Path folder;

    private Path adapter;

    @BeforeEach
    void anAdapterOfTwoWeights() {
        adapter = folder.resolve("adapter.gguf");
        adapter(576, 576, 192).write(adapter);
    }

    private static GgufWriter adapter(int in, int queryOut, int valueOut) {
        GgufWriter file = new GgufWriter()
                .string("general.type", "adapter")
                .string("general.architecture", "llama")
                .string("adapter.type", "lora")
                .float32("adapter.lora.alpha", 4);
        pair(file, QUERY, in, queryOut);
        pair(file, VALUE, in, valueOut);
        return file;
    }

    private static void pair(GgufWriter file, String weight, int in, int out) {
        file.tensor(weight + ".lora_a", GgmlType.F16, new long[] {in, 2}, Halves.toF16(waves(in * 2)));
        file.tensor(weight + ".lora_b", GgmlType.F16, new long[] {2, out}, Halves.toF16(waves(2 * out)));
    }

    private static float[] waves(int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) Math.sin(i) / 16;
        }
        return values;
    }

    private record Run(int code, String out, String err) {}

    private Run merge(String... more) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        String[] arguments = Stream.concat(
                        Stream.of("--adapter", adapter.toString(), "--out", merged().toString(), "--threads", "1"),
                        Stream.of(more))
                .toArray(String[]::new);
        int code = new CommandLine(new MergeCommand())
                .setOut(new PrintWriter(out))
                .setErr(new PrintWriter(err))
                .setExecutionExceptionHandler((failure, command, parsed) -> {
                    command.getErr().println(failure.getMessage());
                    return 1;
                })
                .execute(arguments);
        return new Run(code, out.toString(), err.toString());
    }

    private Path merged() {
        return folder.resolve("merged.gguf");
    }

    @Test
    void changesTheAdaptersWeightsKeepsAllElseAndAnswersLikeBoth() throws Exception {
        Run run = merge("--type", "F16", "--json");

        assertThat(run.err).isEmpty();
        var report = JsonParser.parseString(run.out).getAsJsonObject();
        assertThat(report.get("same").getAsInt()).isGreaterThanOrEqualTo(16);
        assertThat(report.get("checked").getAsInt()).isEqualTo(20);
        assertThat(report.get("bytes").getAsLong()).isEqualTo(Files.size(merged()));
        try (GgufFile base = GgufFile.open(BASE);
                GgufFile merged = GgufFile.open(merged())) {
            Set<String> keys = new HashSet<>(base.keys());
            keys.add(Merger.ADAPTER_KEY);
            assertThat(merged.keys()).containsExactlyInAnyOrderElementsOf(keys);
            assertThat(merged.strings("tokenizer.ggml.tokens")).isEqualTo(base.strings("tokenizer.ggml.tokens"));
            assertThat(merged.string(Merger.ADAPTER_KEY))
                    .contains(report.get("adapter").getAsString());
            assertThat(merged.tensors()).hasSameSizeAs(base.tensors());
            List<LowRankUpdate> updates = GgufAdapter.read(Files.readAllBytes(adapter), "llama");
            for (TensorInfo tensor : base.tensors()) {
                if (tensor.name().equals(QUERY) || tensor.name().equals(VALUE)) {
                    isChanged(tensor, updates, base, merged);
                } else {
                    assertThat(merged.bytes(tensor)).isEqualTo(base.bytes(tensor));
                }
            }
        }
    }

    private static void isChanged(TensorInfo weight, List<LowRankUpdate> updates, GgufFile base, GgufFile merged) {
        LowRankUpdate update = updates.stream()
                .filter(candidate -> candidate.weight().equals(weight.name()))
                .findFirst()
                .orElseThrow();
        float[] before = base.floats(weight);
        float[] after = merged.floats(merged.tensor(weight.name()).orElseThrow());
        int row = 5;
        for (int i = 0; i < update.in(); i++) {
            float change = 0;
            for (int r = 0; r < 2; r++) {
                change += 2 * update.b()[row * 2 + r] * update.a()[r * update.in() + i];
            }
            assertThat(after[row * update.in() + i]).isCloseTo(before[row * update.in() + i] + change, within(2e-3f));
        }
    }

    @Test
    void writesNothingThatAnswersDifferently() throws Exception {
        Path questions = folder.resolve("questions.json");
        Files.writeString(questions, "{\"task\": {\"description\": \"Repeat.\"}, \"inputs\": [\"one\", \"two\"]}");

        Run run = merge("--agreement", "1.01", "--check", questions.toString());

        assertThat(run.code).isEqualTo(1);
        assertThat(run.err).contains("of 2 answers are those of base model and adapter");
        assertThat(folder).isDirectoryNotContaining("glob:**merged*");
    }

    @Test
    void refusesAnAdapterOfAnotherShapeAndATypeThatIsNotMade() {
        assertThat(merge("--type", "IQ2_XXS").err).contains("--type IQ2_XXS: there is");
        assertThat(merge("--type", "Q4_K").err).contains("whose blocks have 256");

        adapter(576, 576, 576).write(adapter);
        assertThat(merge().err).contains("the base model has " + VALUE);
    }
}
