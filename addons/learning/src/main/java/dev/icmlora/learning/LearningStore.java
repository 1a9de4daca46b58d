package dev.icmlora.learning;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.ObjectStore.StoredObject;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.Stores;

/// What is kept beside named functions, in the bucket that keeps these:
///
/// ```
/// feedback/key                                             signs the ids of answers
/// feedback/calls                                           calls of the teacher today
/// feedback/TENANT/FUNCTION/given-INPUT-OUTPUT-STAMP.json   a piece of feedback, by hashes of both texts: one line
/// feedback/TENANT/FUNCTION/taught-INPUT-OUTPUT-STAMP.json  one that a teacher gave
/// feedback/TENANT/FUNCTION/improving                       claim of the instance that improves the function
/// feedback/TENANT/FUNCTION/teaching                        claim of the instance that asks a teacher about it
/// feedback/TENANT/FUNCTION/tried-STAMP.json                an improvement
/// answers/TENANT/FUNCTION/STAMP.json                       the answers of a reply, where inputs are kept
/// ```
///
/// No object but claims and calls is ever replaced. All methods wait for the store, and fail with a
/// [dev.icmlora.function.storage.StorageException].
@Singleton
final class LearningStore {

    /// Pieces of feedback of a function.
    static final int MOST = 1_000;
    /// Pieces of feedback of a tenant.
    static final int MOST_OF_TENANT = 10_000;
    /// Of all feedback of a tenant.
    static final long MOST_BYTES = 64 << 20;
    /// Of feedback, and the life of an answer's id.
    static final Duration RETENTION = Duration.ofDays(365);
    /// Replies that a tenant's functions keep; the oldest ones make room.
    static final int MOST_REPLIES = 2_000;
    /// Of a tenant's kept replies; the oldest ones make room.
    static final long MOST_REPLY_BYTES = 64 << 20;
    /// Of kept replies.
    static final Duration REPLY_RETENTION = Duration.ofDays(30);
    /// Improvements of a function that are listed. Beyond them the oldest ones go, first those that tuned nothing.
    /// Those that made a version stay.
    static final int MOST_TRIED = 100;

    /// Claims of a function.
    static final String IMPROVING = "improving";
    static final String TEACHING = "teaching";

    private static final String KEY = "feedback/key";
    private static final String CALLS = "feedback/calls";
    private static final int KEY_BYTES = 32;
    /// In place of the hash of an output that there is not.
    private static final String NO_OUTPUT = "0".repeat(2 * Hash.BYTES);
    /// A teacher may take half of the room, so that people find some.
    private static final int PART_OF_TEACHER = 2;

    private static final Pattern GIVEN =
            Pattern.compile(".*/(given|taught)-([0-9a-f]{32})-([0-9a-f]{32})-" + Stamp.FORM + "\\.json");
    private static final Pattern TRIED = Pattern.compile(".*/tried-" + Stamp.FORM + "\\.json");
    private static final Pattern REPLY = Pattern.compile(".*/" + Stamp.FORM + "\\.json");
    /// What the folders of tenants begin with. A listing of all tenants would be too much at once.
    private static final List<String> SOME_TENANTS = Stream.concat(
                    Stream.of(Tenant.SHARED.folder()),
                    "0123456789abcdef".chars().mapToObj(Character::toString))
            .toList();

    private final Stores stores;
    private final ObjectMapper json;
    private volatile byte[] key;

    LearningStore(Stores stores, ObjectMapper json) {
        this.stores = stores;
        this.json = json;
    }

    /// A piece of feedback as a listing shows it.
    ///
    /// @param input hash of it
    /// @param output hash of it
    /// @param isTaught whether a teacher gave it
    record Given(StoredObject object, String input, String output, Stamp stamp, boolean isTaught) {

        boolean hasOutput() {
            return !output.equals(NO_OUTPUT);
        }

        /// What no other piece of its kind has.
        String texts() {
            return input + output;
        }
    }

    /// A reply, by the name that the ids of its answers hold.
    record Reply(Stamp stamp, KeptAnswers answers) {}

    /// There are no functions where there is none.
    private ObjectStore store() {
        return stores.own().orElseThrow(() -> RequestException.notKept("Feedback"));
    }

    private static String feedback(Tenant tenant) {
        return "feedback/" + tenant.folder() + "/";
    }

    private static String feedback(Tenant tenant, String function) {
        return feedback(tenant) + function + "/";
    }

    private static String answers(Tenant tenant) {
        return "answers/" + tenant.folder() + "/";
    }

    private static String answers(Tenant tenant, String function) {
        return answers(tenant) + function + "/";
    }

    /// The key of all instances; the first one that needs it makes it.
    byte[] key() {
        var known = key;
        if (known == null) {
            known = there(KEY).orElseGet(this::makeKey);
            if (known.length != KEY_BYTES) {
                throw new StorageUnavailableException(KEY + " is damaged: it holds no key", null);
            }
            key = known;
        }
        return known;
    }

    private byte[] makeKey() {
        var made = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(made);
        try {
            store().write(KEY, Content.of(made), Map.of(), new Condition.IfAbsent());
            return made;
        } catch (ConditionFailedException e) {
            return there(KEY).orElseThrow(() -> new StorageUnavailableException(KEY + " comes and goes", e));
        }
    }

    private Optional<byte[]> there(String name) {
        return store().find(name).flatMap(store()::content);
    }

    /// The feedback below a prefix. What is too old goes.
    private List<Given> all(String prefix) {
        var all = new ArrayList<Given>();
        for (var object : store().list(prefix)) {
            var name = GIVEN.matcher(object.key());
            if (name.matches()) {
                var stamp = Stamp.of(name.group(4), name.group(5));
                if (stamp.isOlderThan(RETENTION)) {
                    store().delete(object.key());
                } else {
                    var isTaught = name.group(1).equals("taught");
                    all.add(new Given(object, name.group(2), name.group(3), stamp, isTaught));
                }
            }
        }
        return all;
    }

    /// The feedback on a function by people, the oldest first.
    List<Given> givenByPeople(Tenant tenant, String function) {
        return given(tenant, function).stream().filter(each -> !each.isTaught).toList();
    }

    /// All feedback on a function, the oldest first. What came to two instances at once, or again, is there once.
    List<Given> given(Tenant tenant, String function) {
        Set<String> known = new HashSet<>();
        return all(feedback(tenant, function)).stream()
                .sorted(Comparator.comparing((Given each) -> each.stamp.toString())
                        .reversed())
                .filter(each -> known.add(each.isTaught + each.texts()))
                .toList()
                .reversed();
    }

    /// What a listing shows; empty if it was deleted meanwhile.
    Optional<Feedback> read(Given given) {
        return store().content(given.object).map(bytes -> read(bytes, Feedback.class));
    }

    /// The same of all, as JSON lines.
    Content lines(List<Given> given) {
        return Content.of(store(), given.stream().map(Given::object).toList());
    }

    /// Keeps feedback as the newest that there is.
    ///
    /// @param pieces different ones, of one kind
    /// @param before where some of them were kept before, which they are not any more
    /// @throws RequestException if there is no room for all of them
    void add(Tenant tenant, String function, List<Feedback> pieces, List<Given> before) {
        requireRoom(tenant, function, pieces, before);
        pieces.forEach(piece -> create(feedback(tenant, function) + name(piece), line(piece)));
        before.forEach(each -> store().delete(each.object.key()));
    }

    /// @param pieces of one kind
    /// @param before where some of them were kept before
    /// @throws RequestException if there is no room for all of them
    void requireRoom(Tenant tenant, String function, List<Feedback> pieces, List<Given> before) {
        var all = all(feedback(tenant));
        all.removeAll(before);
        var own = all.stream()
                .filter(each -> each.object.key().startsWith(feedback(tenant, function)))
                .count();
        var bytes = all.stream().mapToLong(each -> each.object.bytes()).sum()
                + pieces.stream().mapToLong(piece -> line(piece).bytes()).sum();
        var part = pieces.getFirst().isTaught() ? PART_OF_TEACHER : 1;
        requireRoom(own + pieces.size(), MOST / part, "%d pieces for a function");
        requireRoom(all.size() + pieces.size(), MOST_OF_TENANT / part, "%d pieces");
        requireRoom(bytes, MOST_BYTES / part, "%d bytes");
    }

    private static String name(Feedback piece) {
        return "%s-%s-%s-%s.json"
                .formatted(
                        piece.isTaught() ? "taught" : "given",
                        Hash.of(piece.input()),
                        Optional.ofNullable(piece.output()).map(Hash::of).orElse(NO_OUTPUT),
                        Stamp.now());
    }

    private static void requireRoom(long wanted, long most, String limit) {
        if (wanted > most) {
            throw Kind.NO_ROOM_FOR_FEEDBACK.because("There is no room for more feedback: the limit is %s. Delete some"
                    .formatted(limit.formatted(most)));
        }
    }

    private Content line(Object value) {
        var bytes = Content.of(json.writer(), value).whole();
        var line = Arrays.copyOf(bytes, bytes.length + 1);
        line[bytes.length] = '\n';
        return Content.of(line);
    }

    private void create(String name, Content content) {
        store().write(name, content, Map.of(), new Condition.IfAbsent());
    }

    private <T> T read(byte[] bytes, Class<T> type) {
        try {
            return json.readValue(bytes, type);
        } catch (IOException e) {
            // Its message would quote the object.
            throw new StorageUnavailableException("what is kept of feedback is damaged", null);
        }
    }

    /// Keeps the answers of a reply.
    void keep(Tenant tenant, String function, Stamp stamp, KeptAnswers answers) {
        create(answers(tenant, function) + stamp + ".json", Content.of(json.writer(), answers));
    }

    /// A reply as it was kept; empty if it was not, made room, or is too old.
    Optional<KeptAnswers> reply(Tenant tenant, String function, Stamp stamp) {
        var name = answers(tenant, function) + stamp + ".json";
        if (stamp.isOlderThan(REPLY_RETENTION)) {
            store().delete(name);
            return Optional.empty();
        }
        return there(name).map(bytes -> read(bytes, KeptAnswers.class));
    }

    /// The replies of a function, the newest first. Each is read when it is asked for.
    Stream<Reply> replies(Tenant tenant, String function) {
        return kept(answers(tenant, function)).reversed().stream()
                .flatMap(each ->
                        store()
                                .content(each.object)
                                .map(bytes -> new Reply(each.stamp, read(bytes, KeptAnswers.class)))
                                .stream());
    }

    private record KeptReply(StoredObject object, Stamp stamp) {}

    /// The replies below a prefix. What is too old goes.
    private List<KeptReply> kept(String prefix) {
        var all = new ArrayList<KeptReply>();
        for (var object : store().list(prefix)) {
            var name = REPLY.matcher(object.key());
            if (name.matches()) {
                var stamp = Stamp.of(name.group(1), name.group(2));
                if (stamp.isOlderThan(REPLY_RETENTION)) {
                    store().delete(object.key());
                } else {
                    all.add(new KeptReply(object, stamp));
                }
            }
        }
        return all;
    }

    /// Deletes the replies of a tenant that are too old, and the oldest ones that there is no room for.
    void makeRoom(Tenant tenant) {
        makeRoom(kept(answers(tenant)));
    }

    private void makeRoom(List<KeptReply> ofTenant) {
        var newestFirst = ofTenant.stream()
                .sorted(Comparator.comparing((KeptReply each) -> each.stamp.toString())
                        .reversed())
                .toList();
        var bytes = 0L;
        for (var i = 0; i < newestFirst.size(); i++) {
            var object = newestFirst.get(i).object;
            bytes += object.bytes();
            if (i >= MOST_REPLIES || bytes > MOST_REPLY_BYTES) {
                store().delete(object.key());
            }
        }
    }

    /// Deletes what is too old, and replies that there is no room for, of all tenants.
    void tidy() {
        if (stores.own().isEmpty()) {
            return;
        }
        for (var tenants : SOME_TENANTS) {
            all("feedback/" + tenants);
            kept("answers/" + tenants).stream()
                    .collect(Collectors.groupingBy(each -> each.object.key().split("/")[1]))
                    .values()
                    .forEach(this::makeRoom);
        }
    }

    private static String fileName(StoredObject object) {
        return object.key().substring(object.key().lastIndexOf('/') + 1);
    }

    /// Deletes feedback and kept answers, and takes away the claim of who improves the function.
    void forget(Tenant tenant, String function) {
        all(feedback(tenant, function)).forEach(each -> store().delete(each.object.key()));
        delete(answers(tenant, function));
        store().delete(feedback(tenant, function) + IMPROVING);
    }

    /// Deletes all that is kept beside a function.
    void deleteAll(Tenant tenant, String function) {
        delete(feedback(tenant, function));
        delete(answers(tenant, function));
    }

    private void delete(String prefix) {
        store().list(prefix).forEach(object -> store().delete(object.key()));
    }

    /// Keeps an improvement.
    ///
    /// @param begin before which all feedback came that it may have read
    void add(Tenant tenant, String function, Stamp begin, Improvement tried) {
        var prefix = feedback(tenant, function);
        create(prefix + "tried-" + begin + ".json", Content.of(json.writer(), tried));
        var before = tried(prefix);
        before.removeIf(object -> fileName(object).contains(begin.toString()));
        Stream.concat(
                        before.stream()
                                .filter(object ->
                                        isTried(object, last -> last.version() == null && last.candidate() == null)),
                        before.stream().filter(object -> isTried(object, last -> last.version() == null)))
                .distinct()
                .limit(Math.max(0, before.size() + 1 - MOST_TRIED))
                .forEach(object -> store().delete(object.key()));
    }

    private boolean isTried(StoredObject object, Predicate<Improvement> condition) {
        return store().content(object)
                .map(bytes -> read(bytes, Improvement.class))
                .filter(condition)
                .isPresent();
    }

    /// The improvements of a function, the newest first.
    List<Improvement> tried(Tenant tenant, String function) {
        return tried(feedback(tenant, function)).reversed().stream()
                .flatMap(object -> store().content(object).stream())
                .map(bytes -> read(bytes, Improvement.class))
                .toList();
    }

    /// Pieces of feedback that came since the last improvement began.
    long notTried(Tenant tenant, String function) {
        var last = tried(feedback(tenant, function)).stream()
                .map(LearningStore::fileName)
                .map(name -> name.substring("tried-".length()))
                .max(Comparator.naturalOrder())
                .orElse("");
        return given(tenant, function).stream()
                .filter(each -> each.hasOutput() && each.stamp.toString().compareTo(last) > 0)
                .count();
    }

    private List<StoredObject> tried(String prefix) {
        return store().list(prefix).stream()
                .filter(object -> TRIED.matcher(object.key()).matches())
                .collect(Collectors.toCollection(ArrayList::new));
    }

    /// Claims a function.
    ///
    /// @param what is done with it
    /// @return the claim; empty while another instance holds it
    Optional<Claim> claim(Tenant tenant, String function, String what) {
        var key = feedback(tenant, function) + what;
        var there = store().find(key);
        var state = there.flatMap(store()::content).map(bytes -> read(bytes, Claim.State.class));
        return Claim.take(store(), key, json, there, state);
    }

    /// The version that an instance is about to serve, or was when it was killed.
    Optional<Claim.Decision> decided(Tenant tenant, String function) {
        return there(feedback(tenant, function) + IMPROVING)
                .map(bytes -> read(bytes, Claim.State.class))
                .map(Claim.State::decided);
    }

    /// Calls of the teacher, of all instances.
    ///
    /// @param day in UTC, as in `2026-11-30`
    /// @param ofTenants by their folders
    @RegisterForReflection
    record Calls(String day, Map<String, Integer> ofTenants) {}

    /// How the calls of a day are shared out.
    ///
    /// @param calls of all tenants
    /// @param areTenants whether there are several; then one has half at most of what the others leave
    record Share(int calls, boolean areTenants) {

        private int left(Map<String, Integer> ofTenants, String folder) {
            var own = ofTenants.getOrDefault(folder, 0);
            var others = ofTenants.values().stream().mapToInt(Integer::intValue).sum() - own;
            var most = areTenants ? Math.ceilDiv(calls - others, 2) : calls - others;
            return Math.max(0, most - own);
        }
    }

    /// Calls of the teacher that a tenant has left today.
    int callsLeft(Tenant tenant, Share share) {
        return share.left(today(store().find(CALLS)).ofTenants, tenant.folder());
    }

    private Calls today(Optional<StoredObject> object) {
        var day = LocalDate.now(ZoneOffset.UTC).toString();
        return object.flatMap(store()::content)
                .map(bytes -> read(bytes, Calls.class))
                .filter(calls -> calls.day.equals(day))
                .orElseGet(() -> new Calls(day, Map.of()));
    }

    /// Takes a call of the teacher before it is made.
    ///
    /// @return whether there was one left
    boolean takeCall(Tenant tenant, Share share) {
        while (true) {
            var there = store().find(CALLS);
            var today = today(there);
            if (share.left(today.ofTenants, tenant.folder()) == 0) {
                return false;
            }
            var ofTenants = new TreeMap<>(today.ofTenants);
            ofTenants.merge(tenant.folder(), 1, Integer::sum);
            try {
                var content = Content.of(json.writer(), new Calls(today.day, ofTenants));
                store().write(CALLS, content, Map.of(), Condition.unchanged(there.map(StoredObject::version)));
                return true;
            } catch (ConditionFailedException e) {
                // Another instance took one.
            }
        }
    }
}
