package dev.icmlora.function.named;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.storage.RetryingStore;
import dev.icmlora.function.storage.StorageException;
import dev.icmlora.storage.local.LocalStore;

/// Versions of functions in a directory that several share.
@Tag("slow")
class FunctionVersionsTest {

    private static final Tenant ALICE = Tenant.of("key:alice");
    private static final int THREADS = 8;
    private static final int EACH = 12;

    @TempDir
    Path bucket;

    private FunctionVersions versions;

    @BeforeEach
    void open() {
        versions = opened(1000, 1 << 20);
    }

    /// As another process has it.
    private FunctionVersions opened(int mostVersions, long mostBytes) {
        return new FunctionVersions(
                new RetryingStore(new LocalStore(bucket), Duration.ofSeconds(1)), mostVersions, mostBytes);
    }

    private static FunctionName named(String name) {
        return FunctionName.of(name).orElseThrow();
    }

    private static byte[] content(String text) {
        return ("{\"task\":\"" + text + "\"}").getBytes(UTF_8);
    }

    private static Optional<String> text(Optional<FunctionVersions.Version> version) {
        return version.map(found -> found.number() + new String(found.content(), UTF_8));
    }

    @Test
    void theSameDefinitionMakesNoVersion() {
        assertThat(versions.add(ALICE, "f", content("a")).isNew()).isTrue();
        assertThat(versions.add(ALICE, "f", content("b")).number()).isEqualTo(2);

        var again = opened(1000, 1 << 20).add(ALICE, "f", content("b"));

        assertThat(again.number()).isEqualTo(2);
        assertThat(again.isNew()).isFalse();
        // What an older version said is news again.
        assertThat(versions.add(ALICE, "f", content("a")).number()).isEqualTo(3);
    }

    @Test
    void aVersionThatIsToComeAfterAnotherComesAfterNoOther() {
        assertThat(versions.add(ALICE, "f", content("a"), OptionalInt.of(1))).isEmpty();
        versions.add(ALICE, "f", content("a"));
        assertThat(versions.add(ALICE, "f", content("b"), OptionalInt.of(1))).isPresent();

        assertThat(versions.add(ALICE, "f", content("c"), OptionalInt.of(1))).isEmpty();

        assertThat(versions.list(ALICE)).isEqualTo(Map.of("f", List.of(1, 2)));
        versions.delete(ALICE, named("f").at(2));
        assertThat(versions.add(ALICE, "f", content("c"), OptionalInt.of(1)))
                .get()
                .extracting(FunctionVersions.Version::number)
                .isEqualTo(3);
    }

    @Test
    void whoDefineAtOnceGetANumberEachAndLoseNothing() throws Exception {
        var work = new ArrayList<Callable<List<FunctionVersions.Version>>>();
        for (var thread = 0; thread < THREADS; thread++) {
            var own = opened(1000, 1 << 20);
            var name = "t" + thread;
            work.add(() -> IntStream.range(0, EACH)
                    .mapToObj(i -> own.add(ALICE, "f", content(name + "-" + i)))
                    .toList());
        }
        var made = new TreeMap<Integer, byte[]>();
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (var done : threads.invokeAll(work)) {
                for (var version : done.get()) {
                    assertThat(version.isNew()).isTrue();
                    assertThat(made.put(version.number(), version.content()))
                            .as("given twice: %d", version.number())
                            .isNull();
                }
            }
        }

        assertThat(made.lastKey()).isEqualTo(THREADS * EACH);
        assertThat(versions.list(ALICE)).isEqualTo(Map.of("f", List.copyOf(made.keySet())));
        made.forEach((number, content) -> assertThat(
                        versions.find(ALICE, named("f").at(number))
                                .orElseThrow()
                                .content())
                .isEqualTo(content));
    }

    @Test
    void noNumberIsGivenTwiceWhoeverDeletesMeanwhile() throws Exception {
        var work = new ArrayList<Callable<List<Integer>>>();
        for (var thread = 0; thread < THREADS; thread++) {
            var own = opened(1000, 1 << 20);
            var name = "t" + thread;
            var random = new Random(thread);
            work.add(() -> {
                var numbers = new ArrayList<Integer>();
                for (var i = 0; i < EACH; i++) {
                    var number = own.add(ALICE, "f", content(name + "-" + i)).number();
                    numbers.add(number);
                    switch (random.nextInt(3)) {
                        case 0 -> own.delete(ALICE, named("f"));
                        case 1 -> own.delete(ALICE, named("f").at(number));
                        default -> {}
                    }
                }
                return numbers;
            });
        }
        var given = new ArrayList<Integer>();
        try (var threads = Executors.newFixedThreadPool(THREADS)) {
            for (var done : threads.invokeAll(work)) {
                given.addAll(done.get());
            }
        }

        assertThat(given).hasSize(THREADS * EACH).doesNotHaveDuplicates();
        versions.delete(ALICE, named("f"));
        assertThat(versions.list(ALICE)).isEmpty();
        assertThat(versions.find(ALICE, named("f"))).isEmpty();
        assertThat(versions.add(ALICE, "f", content("next")).number())
                .isGreaterThan(given.stream().max(Integer::compare).orElseThrow());
    }

    /// Whatever is done one after the other: what is there is what a map would hold.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void whatIsThereIsWhatWasDefinedAndNotDeleted(long seed) {
        var random = new Random(seed);
        var model = new TreeMap<String, TreeMap<Integer, String>>();
        var last = new TreeMap<String, Integer>();
        for (var i = 0; i < 80; i++) {
            var name = List.of("f", "f-1", "f_g").get(random.nextInt(3));
            var kept = model.computeIfAbsent(name, key -> new TreeMap<>());
            var number = 1 + random.nextInt(6);
            switch (random.nextInt(6)) {
                case 0 -> {
                    assertThat(versions.delete(ALICE, named(name))).isEqualTo(!kept.isEmpty());
                    kept.clear();
                }
                case 1, 2 ->
                    assertThat(versions.delete(ALICE, named(name).at(number))).isEqualTo(kept.remove(number) != null);
                default -> {
                    var text = "d" + random.nextInt(3);
                    var newest = kept.isEmpty() ? "" : kept.lastEntry().getValue();
                    var added = versions.add(ALICE, name, content(text));
                    assertThat(added.isNew()).isEqualTo(!newest.equals(text));
                    if (added.isNew()) {
                        assertThat(added.number()).isEqualTo(last.merge(name, 1, Integer::sum));
                        kept.put(added.number(), text);
                    }
                }
            }
            for (var entry : model.entrySet()) {
                var expected = Optional.ofNullable(entry.getValue().lastEntry())
                        .map(newest -> newest.getKey() + new String(content(newest.getValue()), UTF_8));
                assertThat(text(versions.find(ALICE, named(entry.getKey())))).isEqualTo(expected);
            }
        }
        var listed = new TreeMap<String, List<Integer>>();
        model.forEach((name, kept) -> {
            if (!kept.isEmpty()) {
                listed.put(name, List.copyOf(kept.keySet()));
            }
        });
        assertThat(versions.list(ALICE)).isEqualTo(listed);
    }

    @Test
    void tenantsHaveNothingInCommon() {
        versions.add(ALICE, "f", content("a"));
        var bob = Tenant.of("key:bob");

        for (var other : List.of(bob, Tenant.SHARED)) {
            assertThat(versions.find(other, named("f"))).isEmpty();
            assertThat(versions.find(other, named("f").at(1))).isEmpty();
            assertThat(versions.list(other)).isEmpty();
            assertThat(versions.delete(other, named("f"))).isFalse();
            assertThat(versions.delete(other, named("f").at(1))).isFalse();
            assertThat(versions.add(other, "f", content("b")).number()).isEqualTo(1);
        }
        assertThat(text(versions.find(ALICE, named("f")))).contains("1{\"task\":\"a\"}");
    }

    @Test
    void aTenantHasRoomForSoManyVersionsAndBytes() {
        var few = opened(3, 1 << 20);
        var small = opened(1000, 60);
        for (var i = 0; i < 3; i++) {
            few.add(ALICE, "f", content("0123456789-" + i));
        }

        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> few.add(ALICE, "g", content("a")))
                .withMessageContaining("3 versions");
        assertThatExceptionOfType(RequestException.class)
                .isThrownBy(() -> small.add(ALICE, "g", content("a")))
                .withMessageContaining("60 bytes");
        // Others have their own.
        few.add(Tenant.SHARED, "f", content("a"));
        few.delete(ALICE, named("f"));
        assertThat(few.add(ALICE, "g", content("a")).number()).isEqualTo(1);
    }

    @Test
    void namesThatAreDeletedTakeNoRoom() throws Exception {
        var few = opened(3, 1 << 20);
        for (var i = 0; i < 20; i++) {
            assertThat(few.add(ALICE, "f" + i, content("a")).number()).isEqualTo(1);
            few.delete(ALICE, named("f" + i));
        }

        try (var left = Files.walk(bucket.resolve("functions"))) {
            assertThat(left.filter(Files::isRegularFile)).hasSize(1);
        }
        assertThat(few.add(ALICE, "f7", content("b")).number()).isEqualTo(2);
    }

    @Test
    void withoutTheNumbersThatWereGivenNoneIsGiven() throws Exception {
        versions.add(ALICE, "f", content("a"));
        var given = bucket.resolve("functions").resolve(ALICE.id()).resolve("given.txt");
        Files.writeString(given, "half a li");

        assertThatExceptionOfType(StorageException.class)
                .isThrownBy(() -> versions.add(ALICE, "f", content("b")))
                .withMessageContaining("given.txt is damaged");
        assertThat(text(versions.find(ALICE, named("f")))).contains("1{\"task\":\"a\"}");
    }

    /// A tenant that makes and deletes names without end keeps a page of text at most.
    @Test
    void whatDeletedNamesLeaveIsBoundedAndStillGivesNoNumberTwice() {
        var given = GivenNumbers.NONE;
        var last = new TreeMap<String, Integer>();
        var random = new Random(1);
        for (var i = 0; i < 4_000; i++) {
            var name = "n".repeat(60) + random.nextInt(2_000);
            var number = given.next(name);
            assertThat(number).isGreaterThan(last.getOrDefault(name, 0));
            last.put(name, number);
            given = GivenNumbers.of(given.with(name, number).bytes());
        }

        assertThat(given.bytes()).hasSizeLessThan(1_001 * 70);
    }

    @Test
    void whatSomebodyElsePutThereIsNoVersion() throws Exception {
        versions.add(ALICE, "f", content("a"));
        var folder = bucket.resolve("functions").resolve(ALICE.id());
        Files.writeString(folder.resolve("f/notes.txt"), "not ours");
        Files.writeString(folder.resolve("f/0000000000000000002.json"), "a number that is too long");
        Files.writeString(folder.resolve("stray.json"), "not in a folder");

        assertThat(versions.list(ALICE)).isEqualTo(Map.of("f", List.of(1)));
        assertThat(text(versions.find(ALICE, named("f")))).contains("1{\"task\":\"a\"}");
        assertThat(versions.add(ALICE, "f", content("b")).number()).isEqualTo(2);
    }
}
