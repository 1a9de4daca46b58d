package dev.icmlora.trainer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.EngineFiles;
import dev.icmlora.engine.EngineLoader;
import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.request.EngineObserver;
import dev.icmlora.engine.tune.TinyModel;
import dev.icmlora.engine.tune.TinyModel.Variant;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.ScaledAdapter;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.Sampler.SamplingOptions;
import dev.icmlora.trainer.curriculum.CurriculumSettings;
import dev.icmlora.trainer.generator.GeneratorExport;
import dev.icmlora.trainer.generator.GeneratorSettings;
import dev.icmlora.trainer.generator.GeneratorTraining;
import dev.icmlora.trainer.loop.Schedule;
import dev.icmlora.trainer.loop.TrainingRun;
import dev.icmlora.trainer.session.TrainingSettings;
import dev.icmlora.trainer.shared.SharedAdapterTraining;

/// `ICM_LORA_MODEL` names a base model of another architecture, without a chat template. In a process of its own,
/// since that is a variable of the environment.
class TrainAnotherModelTest {
    private static final int VECTORS = 2;

    @TempDir
    private Path scratch;

    @Test
    void aGeneratorForGemmaIsTrainedAndServed() throws Exception {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        Path model = scratch.resolve("gemma.gguf");
        TinyModel.write(model, Variant.GEMMA3, installation.model());
        Path tasks = Files.createDirectory(scratch.resolve("tasks"));
        write(tasks.resolve("shout.jsonl"), "Write it in capital letters.", i -> word(i).toUpperCase(Locale.ROOT));
        write(tasks.resolve("double.jsonl"), "Write it twice.", i -> word(i) + word(i));
        Path generator = scratch.resolve("mine.gguf");

        Path log = scratch.resolve("train.log");
        int code = train(model, tasks, generator, log);

        assertThat(code).as(Files.readString(log)).isZero();
        EngineFiles files = new EngineFiles(
                installation.nativeDirectory(), model, Optional.empty(), Optional.of(generator), Optional.empty());
        try (Engine engine = EngineLoader.load(files, EngineOptions.DEFAULT.withThreads(1), EngineObserver.NONE)) {
            assertThat(engine.manifest().architecture().adapter().architecture())
                    .isEqualTo("gemma3");
            assertThat(engine.manifest().architecture().hidden())
                    .isEqualTo(engine.model().model().hiddenSize());
            // Its matrices leave what goes into them as large as it is.
            assertThat(engine.manifest().tuningRates())
                    .hasSize(6)
                    .allSatisfy(rate -> assertThat(rate).isBetween(0.19f, 0.24f));
            EngineSession session = new EngineSession(engine, new Cancellation());
            Adapter adapter = session.generated(
                    session.fingerprint(new Task("Write it twice.", List.of(new Example("no", "nono")))), 1);
            int[] prompt =
                    engine.format().query("Write it twice.", List.of(), "yes").tokens();
            List<String> answers = session.answer(
                            Optional.of(new ScaledAdapter(adapter, 1)),
                            List.of(prompt),
                            new Decoding(SamplingOptions.GREEDY, 8, engine.stops(List.of())))
                    .texts();
            assertThat(answers).hasSize(1);
        }
    }

    private int train(Path model, Path tasks, Path generator, Path log) throws IOException, InterruptedException {
        List<String> command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--enable-native-access=ALL-UNNAMED",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                System.getProperty("java.class.path"),
                TrainAnotherModelTest.class.getName(),
                tasks.toString(),
                scratch.resolve("training").toString(),
                generator.toString());
        ProcessBuilder builder =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(log.toFile());
        builder.environment().put(Installation.MODEL_VARIABLE, model.toString());
        return builder.start().waitFor();
    }

    /// As `make train` does, for seconds.
    ///
    /// @param arguments folders of the tasks and of the training, and the generator's file
    public static void main(String[] arguments) throws IOException {
        CurriculumSettings tasks = CurriculumSettings.ofFolder(Path.of(arguments[0]));
        Path folder = Path.of(arguments[1]);
        Schedule schedule = new Schedule(Schedule.RATE, Schedule.WARM_UP, Long.MAX_VALUE, 0.3, 6);
        TrainingSettings settings = TrainingSettings.of(folder, tasks, schedule, 50);
        new SharedAdapterTraining(settings, SharedAdapterTraining.RANK, SharedAdapterTraining.TARGETS).run(System.out);
        new GeneratorTraining(settings, GeneratorSettings.DEFAULT.withVectors(VECTORS), GeneratorTraining.Start.ZERO)
                .run(System.out);
        new GeneratorExport(
                        Optional.of(folder),
                        GeneratorTraining.RUN,
                        TrainingRun.State.BEST,
                        "another model's",
                        Optional.of(Path.of(arguments[2])),
                        VECTORS,
                        tasks,
                        1)
                .run(new PrintWriter(System.out, true));
    }

    private static String word(int i) {
        return "word" + (char) ('a' + i);
    }

    private static void write(Path file, String description, IntFunction<String> answer) throws IOException {
        String examples = IntStream.range(0, 20)
                .mapToObj(i -> "{\"input\": \"%s\", \"output\": \"%s\"}\n".formatted(word(i), answer.apply(i)))
                .collect(Collectors.joining());
        Files.writeString(file, "{\"description\": \"%s\"}\n".formatted(description) + examples);
    }
}
