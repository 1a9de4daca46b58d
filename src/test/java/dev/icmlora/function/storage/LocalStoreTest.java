package dev.icmlora.function.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.storage.local.LocalStore;

/// A directory as a bucket.
class LocalStoreTest extends ObjectStoreContract {

    @TempDir
    Path folder;

    @Override
    ObjectStore store() {
        return new LocalStore(folder);
    }

    @Override
    ObjectStore missing() {
        return new LocalStore(folder.resolve("missing"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"../out", "a/../../out", "/out", "a//b", "a/./b", "a/", "", ".icm-lora/lock", "a\0b"})
    void keysStayBelowTheDirectory(String key) {
        var content = Content.of(new byte[1]);

        assertThatExceptionOfType(StorageRefusedException.class).isThrownBy(() -> store().find(key));
        assertThatExceptionOfType(StorageRefusedException.class)
                .isThrownBy(() -> store().write(key, content, Map.of(), new Condition.IfAbsent()));
    }

    /// However the two meet: what was looked at before it was deleted is not written after it.
    @Test
    void whatIsDeletedDoesNotComeBack() throws Exception {
        var store = store();
        var content = Content.of(new byte[1]);
        var chance = new Random(1);
        for (var i = 0; i < 500; i++) {
            var first = store.write("a", content, Map.of(), new Condition.IfAbsent());
            var writer = Thread.startVirtualThread(() -> {
                var version = first;
                try {
                    while (true) {
                        version = store.write("a", content, Map.of(), new Condition.IfVersion(version));
                    }
                } catch (ConditionFailedException e) {
                    // It is deleted.
                }
            });
            Thread.sleep(Duration.ofNanos(chance.nextInt(3_000_000)));
            store.delete("a");
            // It writes for as long as it finds something.
            assertThat(writer.join(Duration.ofSeconds(30))).isTrue();
            assertThat(store.find("a")).isEmpty();
        }
    }

    @Test
    void symbolicLinksAreNoObjects() throws Exception {
        Files.createSymbolicLink(folder.resolve("link"), Path.of("/etc/passwd"));

        assertThat(store().find("link")).isEmpty();
        assertThat(store().list("")).isEmpty();
    }

    /// To a folder outside, and to one inside.
    @Test
    void nothingIsReadOrWrittenBehindALink(@TempDir Path elsewhere) throws Exception {
        Files.writeString(elsewhere.resolve("secret"), "secret");
        Files.createDirectory(folder.resolve("inside"));
        Files.createDirectory(folder.resolve("tasks"));
        Files.createSymbolicLink(folder.resolve("tasks/out"), elsewhere);
        Files.createSymbolicLink(folder.resolve("tasks/in"), folder.resolve("inside"));
        var content = Content.of(new byte[1]);

        for (var key : new String[] {"tasks/out/secret", "tasks/in/new", "tasks/out/deep/new"}) {
            assertThatExceptionOfType(StorageRefusedException.class)
                    .isThrownBy(() -> store().find(key))
                    .withMessageContaining("symbolic link tasks/");
            assertThatExceptionOfType(StorageRefusedException.class)
                    .isThrownBy(() -> store().write(key, content, Map.of(), new Condition.IfAbsent()));
            assertThatExceptionOfType(StorageRefusedException.class).isThrownBy(() -> store().delete(key));
        }
        assertThat(store().list("tasks/")).isEmpty();
        assertThat(store().list("tasks/out/")).isEmpty();
        assertThat(elsewhere).isDirectoryContaining(file -> file.endsWith("secret"));
        assertThat(folder.resolve("inside")).isEmptyDirectory();
    }

    @Test
    void aChangeFromOutsideIsAnotherVersion() throws Exception {
        var file = folder.resolve("a");
        Files.writeString(file, "one");
        var before = store().find("a").orElseThrow();
        Files.writeString(file, "three");

        assertThat(store().find("a").orElseThrow().version()).isNotEqualTo(before.version());
        assertThatExceptionOfType(ObjectGoneException.class).isThrownBy(() -> store().read(before));
    }

    @Test
    void draftsDoNotStay() throws Exception {
        store().write("a", Content.of(new byte[1]), Map.of(), new Condition.IfAbsent());

        try (var files = Files.walk(folder.resolve(".icm-lora"))) {
            assertThat(files.filter(Files::isRegularFile)).allMatch(file -> file.endsWith("lock"));
        }
    }

    @Test
    void aDraftOfAProcessThatIsGoneGoesWithTheNextWrite() throws Exception {
        var own = Files.createDirectory(folder.resolve(".icm-lora"));
        var yesterday = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
        var old = Files.createFile(own.resolve(UUID.randomUUID().toString()));
        Files.setLastModifiedTime(old, yesterday);
        var underway = Files.createFile(own.resolve(UUID.randomUUID().toString()));
        var another = Files.createDirectory(own.resolve("generator"));
        Files.setLastModifiedTime(another, yesterday);

        store().write("a", Content.of(new byte[1]), Map.of(), new Condition.IfAbsent());

        assertThat(old).doesNotExist();
        assertThat(underway).exists();
        assertThat(another).exists();
    }

    @Test
    void aFolderGoesWithItsLastObject() {
        var store = store();
        for (var key : new String[] {"jobs/1/parts/a", "jobs/1/parts/b", "jobs/1/task"}) {
            store.write(key, Content.of(new byte[1]), Map.of(), new Condition.IfAbsent());
        }

        store.delete("jobs/1/parts/a");
        assertThat(folder.resolve("jobs/1/parts")).exists();
        store.delete("jobs/1/parts/b");
        assertThat(folder.resolve("jobs/1/parts")).doesNotExist();
        store.delete("jobs/1/task");
        assertThat(folder.resolve("jobs")).isEmptyDirectory();
    }

    @Test
    void aWriteThatComesTooLateBringsNoFolderBack() {
        var store = store();
        var version = store.write("jobs/1/lease", Content.of(new byte[1]), Map.of(), new Condition.IfAbsent());
        store.delete("jobs/1/lease");

        assertThatExceptionOfType(ConditionFailedException.class)
                .isThrownBy(() -> store.write(
                        "jobs/1/lease", Content.of(new byte[1]), Map.of(), new Condition.IfVersion(version)));
        assertThat(folder.resolve("jobs")).isEmptyDirectory();
    }

    /// Somebody may be about to put a file there.
    @Test
    void aFolderThatOthersMadeStays() throws Exception {
        var made = Files.createDirectories(folder.resolve("tasks/today"));
        var store = store();
        store.write("tasks/today/parts/a", Content.of(new byte[1]), Map.of(), new Condition.IfAbsent());
        store.delete("tasks/today/parts/a");

        assertThat(made).isEmptyDirectory();
    }

    /// However they meet: what is written is there, and a list does not fail over folders that go.
    @Test
    void foldersComeAndGoUnderWritersAndReaders() throws Exception {
        var store = store();
        var others = new LocalStore(folder);
        var busy = new AtomicBoolean(true);
        var reader = new FutureTask<>(() -> {
            while (busy.get()) {
                others.list("");
            }
            return null;
        });
        var deleter = new FutureTask<>(() -> {
            while (busy.get()) {
                others.write("jobs/1/deep/other", Content.of(new byte[1]), Map.of(), new Condition.IfAbsent());
                others.delete("jobs/1/deep/other");
            }
            return null;
        });
        Thread.startVirtualThread(reader);
        Thread.startVirtualThread(deleter);
        try {
            for (var i = 0; i < 500; i++) {
                store.write("jobs/1/deep/own", Content.of(new byte[1]), Map.of(), new Condition.IfAbsent());
                assertThat(store.find("jobs/1/deep/own")).isPresent();
                store.delete("jobs/1/deep/own");
            }
        } finally {
            busy.set(false);
        }
        reader.get(30, TimeUnit.SECONDS);
        deleter.get(30, TimeUnit.SECONDS);
    }
}
