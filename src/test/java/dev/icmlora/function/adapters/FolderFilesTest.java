package dev.icmlora.function.adapters;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.ref.WeakReference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.function.Eventually;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.adapters.FolderFiles.FolderName.Kind;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

/// What several instances write into one folder that is almost full.
class FolderFilesTest {

    private static final Target TARGET = new Target("attn_q", 32, 32);
    private static final AdapterLayout LAYOUT = new AdapterLayout("llama", 1, 1, 1, List.of(TARGET));
    private static final int SUMS = 300;
    /// Room for some six adapters.
    private static final long LIMIT = 6_000;

    @TempDir
    Path folder;

    /// As another process has it.
    private FolderFiles opened() {
        return new FolderFiles(folder, LIMIT, new ObjectMapper());
    }

    private static Adapter adapter(int number) {
        var values = new float[32];
        values[0] = number & 0x3ff;
        values[1] = number >> 10;
        return new Adapter(
                LAYOUT,
                List.of(matrix(AdapterLayout.nameOfA(0, TARGET), 32, 1, new float[32])),
                List.of(matrix(AdapterLayout.nameOfB(0, TARGET), 1, 32, values)));
    }

    private static NamedTensor matrix(String name, int in, int out, float[] values) {
        return new NamedTensor(name, GgmlType.F16, new long[] {in, out}, Halves.toF16(values));
    }

    private static KnownAdapter generated(int number) {
        return KnownAdapter.of(
                new AdapterKey(Tenant.SHARED, new Task("Task " + number, List.of()), 1), adapter(number));
    }

    private static KnownAdapter given(int number) {
        var adapter = adapter(number);
        var key = AdapterKey.given(Tenant.SHARED, new Task("sum " + number, List.of()), adapter.id());
        return KnownAdapter.of(key, adapter);
    }

    private void assertKept(KnownAdapter given) {
        var hex = given.adapter().id().substring("sha256:".length());
        assertThat(List.of(".gguf", ".given.json"))
                .allSatisfy(end -> assertThat(folder.resolve(hex + end)).exists());
    }

    @Test
    void noInstanceMakesRoomByWhatAnotherOneWasToldToKeep() throws Exception {
        var one = opened();
        var other = opened();
        var stop = new AtomicBoolean();
        try (var threads = Executors.newSingleThreadExecutor()) {
            var generating = threads.submit(() -> {
                var number = SUMS;
                while (!stop.get()) {
                    other.write(generated(number++), Kind.GENERATED, "generator");
                }
                return number - SUMS;
            });
            try {
                var before = given(0);
                one.write(before, Kind.GIVEN, "generator");
                for (var i = 1; i < SUMS; i++) {
                    var next = given(i);
                    one.write(next, Kind.GIVEN, "generator");
                    assertKept(next);
                    assertKept(before);
                    one.delete(before.ownedId());
                    before = next;
                }
            } finally {
                stop.set(true);
            }
            assertThat(generating.get()).isPositive();
        }
    }

    @Test
    void whatAnotherInstanceTookAwayIsForgotten() throws Exception {
        var one = opened();
        var other = opened();
        for (var i = 0; i < 20; i++) {
            one.write(generated(i), Kind.GENERATED, "generator");
            for (var j = 0; j < 10; j++) {
                other.write(generated(100 + 10 * i + j), Kind.GENERATED, "generator");
            }
        }

        assertThat(one.ids(Tenant.SHARED)).hasSizeLessThan(10);
    }

    /// A folder may have hundreds of adapters, and each task as much text as a request holds.
    @Test
    void whatIsKnownHoldsNoTask() {
        var files = opened();
        var seen = remembered(files);

        Eventually.until(() -> {
            System.gc();
            return seen.refersTo(null);
        });
        assertThat(files.ids(Tenant.SHARED)).hasSize(1);
    }

    private static WeakReference<Task> remembered(FolderFiles files) {
        var known = generated(1);
        files.remember(known.ownedId(), known.key());
        return new WeakReference<>(known.key().task());
    }

    @Test
    void keysThatDifferHaveOtherDigests() {
        var task = new Task("ab", List.of(new Example("c", "d")));
        var key = new AdapterKey(Tenant.SHARED, task, 1);
        var others = List.of(
                new AdapterKey(Tenant.SHARED, new Task("a", List.of(new Example("bc", "d"))), 1),
                new AdapterKey(Tenant.SHARED, new Task("abcd", List.of()), 1),
                new AdapterKey(Tenant.of("key:alice"), task, 1),
                new AdapterKey(Tenant.SHARED, task, 0.5f),
                key.tuned(1),
                key.cutShort(1, "sha256:0"));

        assertThat(others)
                .extracting(AdapterKey::digest)
                .doesNotHaveDuplicates()
                .doesNotContain(key.digest());
        assertThat(new AdapterKey(Tenant.SHARED, new Task("ab", List.of(new Example("c", "d"))), 1).digest())
                .isEqualTo(key.digest());
    }

    /// A generated adapter that a client brings too stays, whatever an older listing said of it.
    @Test
    void whatWasGeneratedAndIsBroughtStays() throws Exception {
        var files = opened();
        files.write(generated(1), Kind.GENERATED, "generator");
        files.write(given(1), Kind.GIVEN, "generator");
        for (var i = 2; i < 20; i++) {
            files.write(generated(i), Kind.GENERATED, "generator");
        }

        assertKept(given(1));
        assertThat(files.delete(given(1).ownedId())).isTrue();
        try (var left = Files.list(folder)) {
            assertThat(left)
                    .noneMatch(file ->
                            file.toString().contains(given(1).adapter().id().substring(7)));
        }
    }
}
