package dev.icmlora.function.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.tune.PausedTuning;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.Tuning.Summary.Outcome;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.KnownAdapter.OwnedId;
import dev.icmlora.function.adapters.UnfinishedTunings.Unfinished;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.task.Task;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.llama.NamedTensor;

/// There is room for four.
class UnfinishedTuningsTest {

    private static final Tenant ALICE = Tenant.of("key:alice");
    private static final Tenant BOB = Tenant.of("key:bob");
    private static final int FLOATS = 1_000;
    private static final int STEPS = 9;

    private final UnfinishedTunings unfinished = new UnfinishedTunings(60_000);

    private static AdapterKey key(Tenant tenant, int number) {
        return new AdapterKey(tenant, new Task("Task " + number, List.of()), 1).tuned(STEPS);
    }

    private static Adapter adapter() {
        var target = new Target("attn_q", 32, 32);
        return new Adapter(
                new AdapterLayout("llama", 1, 1, 1, List.of(target)),
                List.of(matrix(AdapterLayout.nameOfA(0, target), 32, 1)),
                List.of(matrix(AdapterLayout.nameOfB(0, target), 1, 32)));
    }

    private static NamedTensor matrix(String name, int in, int out) {
        return new NamedTensor(name, GgmlType.F16, new long[] {in, out}, new byte[64]);
    }

    private KnownAdapter add(AdapterKey key, int steps, int floats) {
        var adapter = adapter();
        var summary = new Tuning.Summary(Outcome.TUNED, steps, 2, 1);
        var known = new KnownAdapter(key.cutShort(steps, adapter.id()), adapter, Optional.of(summary));
        var matrices = List.of(new float[floats]);
        unfinished.add(
                key, known, new PausedTuning(steps, 1, new double[1], new double[1], matrices, matrices, matrices));
        return known;
    }

    @Test
    void whoHasMostLosesTheOldest() {
        add(key(BOB, 0), 1, FLOATS);
        for (var i = 0; i < 10; i++) {
            add(key(ALICE, i), 1, FLOATS);
            unfinished.find(key(ALICE, 0));
        }

        assertThat(unfinished.find(key(BOB, 0))).isPresent();
        assertThat(List.of(0, 8, 9))
                .allSatisfy(i -> assertThat(unfinished.find(key(ALICE, i))).isPresent());
        assertThat(unfinished.find(key(ALICE, 7))).isEmpty();
    }

    @Test
    void theLongestOfATaskIsKept() {
        add(key(ALICE, 0), 2, FLOATS);
        add(key(ALICE, 0), 1, FLOATS);
        assertThat(unfinished.find(key(ALICE, 0)).map(Unfinished::steps)).contains(2);

        add(key(ALICE, 0), 3, FLOATS);
        assertThat(unfinished.find(key(ALICE, 0)).map(Unfinished::steps)).contains(3);
    }

    @Test
    void oneThatIsTooLargeToGoOnFromServes() {
        add(key(BOB, 0), 1, FLOATS);
        add(key(ALICE, 0), 1, 100 * FLOATS);

        var large = unfinished.find(key(ALICE, 0)).orElseThrow();
        assertThat(large.steps()).isEqualTo(1);
        assertThat(large.paused()).isEmpty();
        assertThat(unfinished.find(key(BOB, 0)).flatMap(Unfinished::paused)).isPresent();
    }

    @Test
    void whatIsDeletedIsGoneForItsTenant() {
        var known = add(key(ALICE, 0), 1, FLOATS);
        add(key(BOB, 0), 1, FLOATS);

        assertThat(unfinished.remove(new OwnedId(ALICE, known.adapter().id()))).isTrue();
        assertThat(unfinished.find(key(ALICE, 0))).isEmpty();
        assertThat(unfinished.find(key(BOB, 0))).isPresent();
    }
}
