package dev.icmlora.commands.paper;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import dev.icmlora.commands.Workshop;
import dev.icmlora.engine.Installation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.peft.PeftArchive;
import dev.icmlora.peft.PeftModel;
import dev.icmlora.trainer.torch.Torch;

/// LoRAs that were trained elsewhere, for a B0 of four modules on the real base model.
class ImportAdapterCommandTest {
    private static final int RANK = 4;
    private static final String TASK = "user/shout";
    private static final List<Target> TARGETS = List.of(
            new Target("attn_q", 576, 576),
            new Target("attn_v", 576, 192),
            new Target("attn_output", 576, 576),
            new Target("ffn_down", 1536, 576));

    @TempDir
    private static Path scratch;

    private static Path tasks;
    private static Path training;

    private record Run(int code, String out, String err) {}

    @BeforeAll
    static void trainB0() throws IOException {
        tasks = Files.createDirectory(scratch.resolve("tasks"));
        training = scratch.resolve("training");
        write("shout", "Write it in capital letters.", "WORD");
        write("double", "Write it twice.", "wordword");

        Run run = run(
                "train-b0",
                "--targets",
                "ffn_down,attn_output,attn_v,attn_q",
                "--rank",
                String.valueOf(RANK),
                "--steps",
                "1",
                "--tokens",
                "1",
                "--queries",
                "1",
                "--packed",
                "0");

        assertThat(run.code).as(run.err).isZero();
    }

    private static void write(String name, String description, String answer) throws IOException {
        List<String> lines = new ArrayList<>(List.of("{\"description\": \"%s\"}".formatted(description)));
        for (char c = 'a'; c < 'a' + 20; c++) {
            lines.add("{\"input\": \"word%s\", \"output\": \"%s%s\"}".formatted(c, answer, c));
        }
        Files.write(tasks.resolve(name + ".jsonl"), lines);
    }

    private static Run run(String command, String... options) {
        return run(List.of(command), options);
    }

    private static Run run(List<String> command, String... options) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine line = Workshop.commandLine().setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
        String[] arguments = Stream.of(
                        command.stream(),
                        Stream.of("--task-folder", tasks.toString(), "--folder", training.toString()),
                        Stream.of(options))
                .flatMap(part -> part)
                .toArray(String[]::new);
        return new Run(line.execute(arguments), out.toString(), err.toString());
    }

    private static Run load(Path file, String... options) {
        return run(
                List.of("paper", "import-adapter"),
                Stream.concat(Stream.of("--task", TASK, file.toString()), Stream.of(options))
                        .toArray(String[]::new));
    }

    @Test
    void anAdapterOnOurAIsKeptWholeInEveryFormAndTheCvaeLearnsFromIt() throws IOException {
        // Scale 1, where ours is 2.
        Adapter adapter = adapter(TARGETS, RANK, RANK, checkpoint());
        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        new PeftArchive(new PeftModel("SmolLM2", 9, 3), adapter).writeTo(archive);
        byte[] zip = archive.toByteArray();
        List<Path> files = List.of(
                Files.write(scratch.resolve("own.zip"), zip),
                Files.write(scratch.resolve("own.gguf"), adapter.gguf()),
                unpacked(zip));
        for (Path file : files) {
            Run run = load(file);

            assertThat(run.code).as(run.err).isZero();
            assertThat(run.out).contains("attn_q", "attn_v", "attn_output", "ffn_down", "in all");
            Path written =
                    Path.of(run.out.substring(run.out.indexOf("wrote ") + 6).strip());
            assertThat(written.getParent()).isEqualTo(training.resolve("zoo").resolve(TASK));
            JsonObject provenance = provenance(written);
            assertThat(provenance.get("file").getAsString())
                    .isEqualTo(file.getFileName().toString());
            assertThat(provenance.get("sha256").getAsString()).startsWith(hash(written));
            assertThat(provenance.get("rank").getAsInt()).isEqualTo(RANK);
            // A was rounded to F16.
            assertThat(provenance.get("loss").getAsDouble()).isLessThan(1e-3);
            assertIsHalf(adapter, written);
        }

        Run cvae = run(
                List.of("paper", "cvae", "--latent", "8", "--prior-units", "16", "--decoder-units", "16"),
                "--steps",
                "1",
                "--vectors",
                "1",
                "--tasks",
                "2");

        assertThat(cvae.code).as(cvae.err).isZero();
        assertThat(training.resolve("cvae/checkpoint.gguf")).exists();
    }

    @Test
    void aForeignAdapterLosesMostAndSaysSo() throws IOException {
        Random random = new Random(9);
        List<Target> one = TARGETS.subList(1, 2);
        Path file = Files.write(
                scratch.resolve("foreign.gguf"),
                adapter(one, 8, 16, name -> random(random, 8 * 576)).gguf());

        Run run = load(file);

        assertThat(run.code).as(run.err).isZero();
        Path written = Path.of(run.out.substring(run.out.indexOf("wrote ") + 6).strip());
        // Of 576 directions, four are kept.
        assertThat(provenance(written).get("loss").getAsDouble()).isCloseTo(Math.sqrt(1 - 4 / 576.0), within(0.01));
        assertThat(provenance(written).getAsJsonObject("losses").keySet()).containsExactly("attn_v");
    }

    @Test
    void whatDoesNotFitIsRefusedInOneLineAndLeavesNothingBehind() throws IOException {
        Random random = new Random(9);
        List<Target> attention = List.of(TARGETS.getFirst(), new Target("attn_k", 576, 192));
        Path other = Files.write(
                scratch.resolve("other.gguf"),
                adapter(attention, 2, 2, name -> random(random, 2 * 576)).gguf());
        Path wide = Files.write(
                scratch.resolve("wide.gguf"),
                adapter(List.of(new Target("attn_q", 640, 640)), 2, 2, name -> random(random, 2 * 640))
                        .gguf());
        Path text = Files.writeString(scratch.resolve("text.gguf"), "no adapter");
        List<Path> before = zoo();

        assertRefused(load(other), "it changes attn_k, but B0 adapts attn_q, attn_v, attn_output, ffn_down alone");
        assertRefused(
                load(wide), "blk.0.attn_q.weight takes 640 features to 640, but the base model's takes 576 to 576");
        assertRefused(load(text), "the adapter is no well-formed GGUF file");
        assertRefused(load(scratch), "adapter_config.json is missing in");
        assertRefused(load(scratch.resolve("none.zip")), "there is no");
        assertRefused(
                run(List.of("paper", "import-adapter"), "--task", "user/whisper", other.toString()),
                "no task to train on has the id \"user/whisper\"");
        assertThat(zoo()).isEqualTo(before);

        Run partial = load(other, "--partial");
        assertThat(partial.code).as(partial.err).isZero();
        assertThat(partial.out).containsPattern("attn_k +1\\.0000  \\(left out\\)");
    }

    private static void assertRefused(Run run, String message) {
        assertThat(run.code).isNotZero();
        assertThat(run.err).contains(message).hasLineCount(1);
    }

    private static List<Path> zoo() throws IOException {
        Path zoo = training.resolve("zoo");
        if (!Files.exists(zoo)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(zoo)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private static String hash(Path written) {
        return written.getFileName().toString().replaceAll("imported-|\\.safetensors", "");
    }

    private static JsonObject provenance(Path written) throws IOException {
        Path json = written.resolveSibling("imported-" + hash(written) + ".json");
        return JsonParser.parseString(Files.readString(json)).getAsJsonObject();
    }

    private static void assertIsHalf(Adapter adapter, Path written) throws IOException {
        try (NDManager manager =
                Torch.start(1, Torch.cache(Installation.ofThisProcess().root()))) {
            NDList kept = NDList.decode(manager, new ByteArrayInputStream(Files.readAllBytes(written)));
            Map<String, NDArray> byName = new HashMap<>();
            kept.forEach(b -> byName.put(b.getName(), b));
            assertThat(byName).hasSize(adapter.generated().size());
            for (NamedTensor b : adapter.generated()) {
                float[] expected = Halves.fromF16(b.data());
                for (int i = 0; i < expected.length; i++) {
                    expected[i] /= 2;
                }
                assertThat(byName.get(b.name()).toFloatArray()).as(b.name()).containsExactly(expected, within(1e-3f));
            }
        }
    }

    private interface Values {
        float[] of(String name);
    }

    /// A of a module, and a random B, in every layer.
    private static Adapter adapter(List<Target> targets, int rank, float alpha, Values a) {
        AdapterLayout layout = new AdapterLayout("llama", 30, rank, alpha, targets);
        Random random = new Random(3);
        List<NamedTensor> fixed = new ArrayList<>();
        List<NamedTensor> own = new ArrayList<>();
        for (int layer = 0; layer < layout.layers(); layer++) {
            for (Target target : targets) {
                String name = AdapterLayout.nameOfA(layer, target);
                fixed.add(tensor(name, target.in(), rank, a.of(name)));
                own.add(tensor(
                        AdapterLayout.nameOfB(layer, target), rank, target.out(), random(random, target.out() * rank)));
            }
        }
        return new Adapter(layout, fixed, own);
    }

    private static NamedTensor tensor(String name, int columns, int rows, float[] values) {
        return new NamedTensor(name, GgmlType.F16, new long[] {columns, rows}, Halves.toF16(values));
    }

    private static float[] random(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = 0.1f * (float) random.nextGaussian();
        }
        return values;
    }

    /// A as B0's training left it.
    private static Values checkpoint() {
        Map<String, float[]> a = new HashMap<>();
        try (GgufFile file = GgufFile.open(training.resolve("b0/checkpoint.gguf"))) {
            file.tensors().stream()
                    .filter(tensor -> tensor.name().endsWith(".lora_a"))
                    .forEach(tensor -> a.put(tensor.name(), file.floats(tensor)));
        }
        return a::get;
    }

    private static Path unpacked(byte[] zip) throws IOException {
        Path folder = Files.createDirectory(scratch.resolve("own"));
        try (ZipInputStream in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                Files.write(folder.resolve(entry.getName()), in.readAllBytes());
            }
        }
        return folder;
    }
}
