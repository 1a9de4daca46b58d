package dev.icmlora.trainer.curriculum;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.engine.Installation;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;

class CurriculumTest {
    private static LlamaModel llama;

    @TempDir
    private Path folder;

    @BeforeAll
    static void load() {
        Installation installation = Installation.ofThisProcess();
        NativeLibraries.load(installation.nativeDirectory());
        llama = LlamaModel.load(installation.model());
    }

    @AfterAll
    static void close() {
        llama.close();
    }

    @Test
    void a_tenth_of_a_users_tasks_validates_the_rest() throws IOException {
        Curriculum curriculum = ofUser(12);

        assertThat(curriculum.validation()).hasSize(2);
        assertThat(curriculum.tasks()).hasSize(10).doesNotContainAnyElementsOf(curriculum.validation());
        assertThat(curriculum.learned()).isEqualTo(curriculum.tasks());
        assertThat(ofUser(12)).isEqualTo(curriculum);
    }

    @Test
    void a_user_with_few_tasks_trains_on_all_of_them() throws IOException {
        Curriculum curriculum = ofUser(3);

        assertThat(curriculum.tasks()).hasSize(3);
        assertThat(curriculum.validation()).isEmpty();
    }

    @Test
    void a_smaller_number_of_tasks_is_among_a_greater_one() {
        Curriculum all = Curriculum.ofSuite(folder, id -> id.startsWith("numbers/"));

        List<TrainingTask> eight = all.limited(8).tasks();
        List<TrainingTask> four = all.limited(4).tasks();

        assertThat(four).hasSize(4);
        assertThat(eight).hasSize(8).containsAll(four);
        assertThat(all.tasks()).hasSizeGreaterThan(8).containsAll(eight);
        assertThat(all.limited(1000)).isEqualTo(all);
    }

    @Test
    void texts_are_learned_beside_the_suites_tasks() {
        Curriculum curriculum = Curriculum.ofSuite(folder, id -> id.matches("text/licences|letters/.*"));

        assertThat(curriculum.texts())
                .singleElement()
                .satisfies(text -> assertThat(text.task().id()).isEqualTo("text/licences"));
        assertThat(curriculum.tasks()).isNotEmpty().doesNotContainAnyElementsOf(curriculum.texts());
        assertThat(curriculum.learned()).containsAll(curriculum.tasks()).containsAll(curriculum.texts());
    }

    private Curriculum ofUser(int tasks) throws IOException {
        for (int task = 0; task < tasks; task++) {
            String examples = IntStream.range(0, 20)
                    .mapToObj(i -> "{\"input\": \"in %d\", \"output\": \"out %d\"}\n".formatted(i, i % 5))
                    .collect(Collectors.joining());
            Files.writeString(
                    folder.resolve("task%d.jsonl".formatted(task)), "{\"description\": \"Do it.\"}\n" + examples);
        }
        return Curriculum.ofFolder(folder, PromptFormat.of(llama), id -> true);
    }
}
