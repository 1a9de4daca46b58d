package dev.icmlora.trainer.curriculum;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShardTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 4, 7, 11})
    void everyElementIsInExactlyOneShard(int count) {
        List<Integer> all = IntStream.range(0, 10).boxed().toList();

        List<Integer> together = IntStream.range(0, count)
                .mapToObj(index -> new Shard(index, count).of(all))
                .flatMap(List::stream)
                .toList();

        assertThat(together).containsExactlyInAnyOrderElementsOf(all);
    }

    @Test
    void cloudRunAndKubernetesSayWhichOne() {
        assertThat(Shard.of(Map.of("CLOUD_RUN_TASK_INDEX", "1", "CLOUD_RUN_TASK_COUNT", "4")))
                .isEqualTo(new Shard(1, 4));
        assertThat(Shard.of(Map.of("JOB_COMPLETION_INDEX", "2", "JOB_COMPLETION_COUNT", "3")))
                .isEqualTo(new Shard(2, 3));
        assertThat(Shard.of(Map.of())).isEqualTo(Shard.WHOLE);
    }

    @Test
    void anIndexOfAnUnknownCountIsRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Shard.of(Map.of("JOB_COMPLETION_INDEX", "2")))
                .withMessageContaining("there is no JOB_COMPLETION_COUNT");
    }

    @ParameterizedTest
    @ValueSource(strings = {"4/4", "0/0", "-1/4", "1", "a/b", "1/99999999999"})
    void whatIsNoShardIsRefused(String text) {
        assertThatIllegalArgumentException().isThrownBy(() -> Shard.parse(text)).withMessageContaining("I/N");
    }
}
