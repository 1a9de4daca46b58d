package dev.icmlora.function.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.storage.Condition.IfAbsent;
import dev.icmlora.function.storage.Condition.IfVersion;
import dev.icmlora.function.storage.ObjectStore.StoredObject;

/// What every bucket does, whoever holds it.
abstract class ObjectStoreContract {

    private static final Condition NEW = new IfAbsent();
    private static final int LARGE = 20 << 20;

    /// An empty bucket.
    abstract ObjectStore store();

    /// A bucket that does not exist.
    abstract ObjectStore missing();

    private String write(String key, String text, Condition condition) {
        return store().write(key, content(text), Map.of(), condition);
    }

    private static Content content(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }

    private String text(String key) throws IOException {
        try (var in = store().read(store().find(key).orElseThrow())) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void whatIsWrittenIsThere() throws Exception {
        var metadata = Map.of("icmloranumber", "7", "icmlorajson", "{\"a\":[1,\"b c\"]}");

        var version = store().write("written/a.txt", content("one\ntwo"), metadata, NEW);

        var found = store().find("written/a.txt").orElseThrow();
        assertThat(found.key()).isEqualTo("written/a.txt");
        assertThat(found.version()).isEqualTo(version);
        assertThat(found.bytes()).isEqualTo(7);
        assertThat(found.metadata()).containsAllEntriesOf(metadata);
        assertThat(text("written/a.txt")).isEqualTo("one\ntwo");
    }

    @Test
    void nothingIsFoundWhereNothingIs() {
        assertThat(store().find("nothing/here")).isEmpty();
        assertThat(store().list("nothing/")).isEmpty();
        store().delete("nothing/here");
    }

    @Test
    void namesAreTakenLiterally() throws Exception {
        for (var key : new String[] {"names/a b+c%20d.txt", "names/grün/ß €.txt", "names/#?&=;,'().txt"}) {
            write(key, key, NEW);

            assertThat(text(key)).isEqualTo(key);
            assertThat(store().list("names/")).extracting(StoredObject::key).contains(key);
            store().delete(key);
            assertThat(store().find(key)).isEmpty();
        }
    }

    @Test
    void aNewObjectIsCreatedOnce() throws Exception {
        write("once/a", "first", NEW);

        assertThatExceptionOfType(ConditionFailedException.class).isThrownBy(() -> write("once/a", "second", NEW));

        assertThat(text("once/a")).isEqualTo("first");
    }

    @Test
    void anOldVersionIsReplacedOnce() throws Exception {
        var first = write("replaced/a", "first", NEW);
        var second = write("replaced/a", "second", new IfVersion(first));

        assertThat(second).isNotEqualTo(first);
        assertThatExceptionOfType(ConditionFailedException.class)
                .isThrownBy(() -> write("replaced/a", "third", new IfVersion(first)));

        assertThat(text("replaced/a")).isEqualTo("second");
        assertThat(store().find("replaced/a")).map(StoredObject::version).contains(second);
    }

    @Test
    void whatIsGoneIsNotReplaced() {
        var version = write("gone/a", "first", NEW);
        store().delete("gone/a");

        assertThatExceptionOfType(ConditionFailedException.class)
                .isThrownBy(() -> write("gone/a", "second", new IfVersion(version)));
    }

    @Test
    void onlyOneOfManyWritersWins() throws Exception {
        Callable<Boolean> writer = () -> {
            try {
                write("race/a", Thread.currentThread().toString(), NEW);
                return true;
            } catch (ConditionFailedException e) {
                return false;
            } catch (StorageUnavailableException e) {
                // A store may also ask the loser to come again.
                return false;
            }
        };
        try (var threads = Executors.newFixedThreadPool(8)) {
            var won = threads.invokeAll(Collections.nCopies(8, writer)).stream().map(Future::resultNow);
            assertThat(won.filter(Boolean::booleanValue)).hasSize(1);
        }
    }

    @Test
    void aVersionThatWasReplacedIsNotRead() {
        var first = write("versions/a", "first", NEW);
        var old = store().find("versions/a").orElseThrow();
        write("versions/a", "second", new IfVersion(first));

        assertThatThrownBy(() -> store().read(old).readAllBytes()).isInstanceOf(ObjectGoneException.class);

        store().delete("versions/a");
        assertThatThrownBy(() -> store().read(old).readAllBytes()).isInstanceOf(ObjectGoneException.class);
    }

    @Test
    void listsAreSortedAndComplete() {
        for (var name : new String[] {"c", "a", "b/1", "b/0"}) {
            write("listed/" + name, name, NEW);
        }
        write("listing", "", NEW);

        assertThat(store().list("listed/"))
                .extracting(StoredObject::key)
                .containsExactly("listed/a", "listed/b/0", "listed/b/1", "listed/c");
        assertThat(store().list("listed/b")).extracting(StoredObject::bytes).containsExactly(3L, 3L);
    }

    @Test
    void largeObjectsAreStreamed() throws Exception {
        var version = store().write("large/a", new Content(LARGE, () -> new Pattern(LARGE)), Map.of(), NEW);

        try (var in = store().read(store().find("large/a").orElseThrow())) {
            assertThat(in).hasSameContentAs(new Pattern(LARGE));
        }
        assertThatExceptionOfType(ConditionFailedException.class)
                .isThrownBy(
                        () -> store().write("large/a", new Content(LARGE, () -> new Pattern(LARGE)), Map.of(), NEW));
        store().write("large/a", content("small"), Map.of(), new IfVersion(version));
        assertThat(text("large/a")).isEqualTo("small");
    }

    @Test
    void anObjectWhoseContentBreaksOffIsNotWritten() {
        for (var size : new int[] {1000, LARGE}) {
            var broken = new Content(size, () -> new Pattern(size / 2));

            assertThatThrownBy(() -> store().write("broken/a", broken, Map.of(), NEW))
                    .isInstanceOf(StorageException.class);

            assertThat(store().find("broken/a")).isEmpty();
        }
    }

    @Test
    void objectsArePutTogether() throws Exception {
        for (var count : new int[] {1, 3, 70}) {
            var parts = parts("composed/" + count + "/", count);
            var whole = IntStream.range(0, count).mapToObj(i -> i + "\n").collect(Collectors.joining());

            var version = store().compose("composed/all" + count, parts, Map.of("icmloraa", "b"), NEW);

            assertThat(text("composed/all" + count)).isEqualTo(whole);
            var found = store().find("composed/all" + count).orElseThrow();
            assertThat(found.version()).isEqualTo(version);
            assertThat(found.bytes()).isEqualTo(whole.length());
            assertThat(found.metadata()).containsEntry("icmloraa", "b");
        }
    }

    @Test
    void whatIsPutTogetherIsCreatedOnce() throws Exception {
        var parts = parts("together/", 2);
        var first = store().compose("together/all", parts, Map.of(), NEW);

        assertThatExceptionOfType(ConditionFailedException.class)
                .isThrownBy(() -> store().compose("together/all", parts.reversed(), Map.of(), NEW));
        assertThat(text("together/all")).isEqualTo("0\n1\n");
        store().compose("together/all", parts.reversed(), Map.of(), new IfVersion(first));
        assertThat(text("together/all")).isEqualTo("1\n0\n");
        assertThatExceptionOfType(ConditionFailedException.class)
                .isThrownBy(() -> store().compose("together/all", parts, Map.of(), new IfVersion(first)));
    }

    List<StoredObject> parts(String prefix, int count) {
        IntStream.range(0, count).forEach(i -> write(prefix + "%03d".formatted(i), i + "\n", NEW));
        return store().list(prefix);
    }

    @Test
    void aReaderSeesWhenAnObjectIsCutShort() {
        write("short/a", "12345", NEW);
        var claimed = store().find("short/a").map(o -> new StoredObject(o.key(), o.version(), 6, o.metadata()));

        assertThatThrownBy(() -> store().read(claimed.orElseThrow()).readAllBytes())
                .isInstanceOf(EOFException.class);
    }

    @Test
    void aBucketThatDoesNotExistTakesNothing() {
        assertThatThrownBy(() -> missing().write("a", content("b"), Map.of(), NEW))
                .isInstanceOf(StorageException.class)
                .isNotInstanceOf(ConditionFailedException.class);
    }

    @Test
    void anAnswerThatWasLostIsNotTakenForSomebodyElsesWrite() throws Exception {
        var forgetful = new RetryingStore(new LosesFirstAnswer(store()), Duration.ofSeconds(5));

        var version = forgetful.write("lost/a", content("mine"), Map.of("icmloraa", "b"), NEW);

        assertThat(store().find("lost/a")).map(StoredObject::version).isEqualTo(Optional.of(version));
        assertThat(text("lost/a")).isEqualTo("mine");
        assertThatExceptionOfType(ConditionFailedException.class)
                .isThrownBy(() -> forgetful.write("lost/a", content("another"), Map.of(), NEW));
    }

    /// Writes, and then says that the store cannot be reached.
    private static final class LosesFirstAnswer implements ObjectStore {

        private final ObjectStore store;
        private boolean lost;

        private LosesFirstAnswer(ObjectStore store) {
            this.store = store;
        }

        @Override
        public Optional<StoredObject> find(String key) {
            return store.find(key);
        }

        @Override
        public InputStream read(StoredObject object) {
            return store.read(object);
        }

        @Override
        public String write(String key, Content content, Map<String, String> metadata, Condition condition) {
            var version = store.write(key, content, metadata, condition);
            if (lost) {
                return version;
            }
            lost = true;
            throw new StorageUnavailableException("the connection broke", null);
        }

        @Override
        public void delete(String key) {
            store.delete(key);
        }

        @Override
        public List<StoredObject> list(String prefix) {
            return store.list(prefix);
        }
    }

    /// Bytes that differ from piece to piece.
    static final class Pattern extends InputStream {

        private final int length;
        private int position;

        Pattern(int length) {
            this.length = length;
        }

        @Override
        public int read() {
            return position < length ? (position++ * 31 >> 3) & 0xff : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int count) {
            var n = Math.min(count, length - position);
            for (var i = 0; i < n; i++) {
                buffer[offset + i] = (byte) read();
            }
            return n == 0 && count > 0 ? -1 : n;
        }
    }
}
