package dev.icmlora.tasks.drawn;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.drawn.TaskDraws.Kind;
import dev.icmlora.tasks.recipe.TaskRecipe;
import dev.icmlora.tasks.suite.Split;
import dev.icmlora.tasks.suite.SuiteTask;
import dev.icmlora.tasks.suite.TaskSuite;

class TaskDrawsTest {
    private static final TaskSuite SUITE = TaskSuite.create(1);
    private static final TaskDraws DRAWS = TaskDraws.of(SUITE);

    private static Stream<SuiteTask> draws(long seed, Kind... kinds) {
        RandomGenerator random = new SplittableRandom(seed);
        return Stream.generate(() -> DRAWS.draw(List.of(kinds), random));
    }

    @ParameterizedTest
    @EnumSource(Kind.class)
    void of_each_kind_there_are_many_that_are_tasks(Kind kind) {
        List<SuiteTask> tasks = draws(1, kind).limit(60).toList();
        assertThat(tasks).allSatisfy(task -> {
            assertThat(task.id()).isEqualTo("drawn/" + kind.name().toLowerCase(Locale.ROOT));
            assertThat(task.descriptions()).isNotEmpty().allMatch(description -> !description.isBlank());
            assertThat(task.train()).hasSizeGreaterThanOrEqualTo(TaskDraws.LEAST_EXAMPLES);
            assertThat(task.train())
                    .extracting(Example::output)
                    .anyMatch(output -> !output.equals(task.train().getFirst().output()));
            Set<String> questions = new HashSet<>();
            assertThat(task.train())
                    .allMatch(example -> questions.add(TaskRecipe.normalised(example.input())))
                    .allMatch(example -> !example.output().isBlank()
                            && !example.output().equals(example.input())
                            && example.output().length() <= TaskDraws.MOST_CHARACTERS
                            && example.input().length() <= TaskDraws.MOST_CHARACTERS);
        });
        assertThat(tasks.stream().map(task -> Set.copyOf(task.train())).distinct())
                .hasSizeGreaterThan(50);
    }

    @Test
    void none_gives_away_what_is_measured() {
        Set<Example> measured = new HashSet<>();
        SUITE.tasks().stream()
                .filter(task -> SUITE.splitOf(task) != Split.TRAIN)
                .forEach(task -> measured.addAll(task.pairs()));
        assertThat(draws(2, Kind.values()).limit(400))
                .allSatisfy(task -> assertThat(task.pairs()).noneMatch(measured::contains));
    }

    @Test
    void the_same_seed_draws_the_same() {
        assertThat(draws(3, Kind.values()).limit(50))
                .isEqualTo(draws(3, Kind.values()).limit(50).toList());
        assertThat(draws(3, Kind.values()).limit(50))
                .isNotEqualTo(draws(4, Kind.values()).limit(50).toList());
    }
}
