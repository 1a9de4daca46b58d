package dev.icmlora.learning;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.CallerLimit;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Kept;
import dev.icmlora.function.error.RequestException.Kind;
import dev.icmlora.function.http.LowPriorityWork;
import dev.icmlora.function.service.FunctionObserver.Answered;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.learning.LearningStore.Given;
import dev.icmlora.learning.LearningStore.Reply;

/// The answers of a function whose corrections help most: those that it is least sure of, and that are unlike what
/// was asked about before. Each input counts once, with its newest answer.
///
/// An answer's worth is its doubt (1 - confidence) times how unlike its input is: 1 minus the highest share of words
/// that it has in common with one input that has feedback, or stands in the list before it (Jaccard's index).
@Singleton
final class Unsure {

    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}\\p{N}]+");
    static final int LISTED = 20;
    /// Lists that are made at the same time.
    static final int MOST = 4;
    /// Newest replies, and newest pieces of feedback: each is read.
    static final int LOOKED_AT = 200;
    /// Newest inputs of these replies: each is compared with each piece of feedback.
    static final int COMPARED = 500;
    /// First words of a text that are compared.
    private static final int WORDS = 100;
    /// Confidence from which on no teacher is asked.
    private static final double SURE = 0.9;
    /// Of an answer of which nothing is known.
    private static final double NO_CONFIDENCE = 0.5;

    private final LearningStore store;
    private final NamedFunctions functions;
    private final LowPriorityWork lowPriority;
    private final boolean keepsInputs;
    private final CallerLimit places;

    Unsure(
            LearningStore store,
            NamedFunctions functions,
            LowPriorityWork lowPriority,
            FunctionConfig config,
            Access access) {
        this.store = store;
        this.functions = functions;
        this.lowPriority = lowPriority;
        this.keepsInputs = config.feedback() == Kept.INPUTS;
        this.places = new CallerLimit(MOST, access::share, "lists of unsure answers are made");
    }

    /// @param answers the one whose correction helps most first
    @RegisterForReflection
    record UnsureList(List<UnsureAnswer> answers) {}

    /// @param id to correct it by
    /// @param function version that answered
    /// @param output absent where there was none
    /// @param confidence as in the reply, or in the mean over its answers; absent where neither is known
    @RegisterForReflection
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record UnsureAnswer(String id, String function, String input, String output, Double confidence) {}

    /// @param name of the function, as it was sent
    /// @throws dev.icmlora.function.error.RequestException if there is no such function, no input is kept, or
    /// others have all places
    UnsureList list(Caller caller, String name) {
        var tenant = caller.tenant();
        var function = Corrections.function(functions, tenant, name).name();
        if (!keepsInputs) {
            throw Kind.FUNCTIONS_OFF.because("No answers are kept here: icm-lora.feedback (ICM_LORA_FEEDBACK) is none");
        }
        var key = store.key();
        var place = places.enter(caller.payer());
        try {
            return new UnsureList(doubts(tenant, function, false).stream()
                    .map(doubt -> doubt.described(tenant, function, key))
                    .toList());
        } finally {
            place.leave();
        }
    }

    /// The same, in its order.
    ///
    /// @param forTeacher whether a teacher's feedback counts, and sure answers are left out; people are asked about
    /// what a teacher said, too
    List<Doubt> doubts(Tenant tenant, String function, boolean forTeacher) {
        var given = forTeacher ? store.given(tenant, function) : store.givenByPeople(tenant, function);
        var known = given.stream().map(Given::input).collect(Collectors.toSet());
        var doubts = doubts(store.replies(tenant, function).limit(LOOKED_AT), known).stream()
                .filter(doubt -> !forTeacher || doubt.confidence() < SURE)
                .toList();
        var corrected = given.subList(Math.max(0, given.size() - LOOKED_AT), given.size()).stream()
                .flatMap(each -> store.read(each).stream())
                .map(Feedback::input)
                .toList();
        return lowPriority.work(() -> picked(doubts, corrected));
    }

    /// The newest answer of each of the newest inputs. What is too long to be an example cannot be corrected.
    ///
    /// @param known hashes of inputs that are left out
    static List<Doubt> doubts(Stream<Reply> newestFirst, Set<String> known) {
        var seen = new HashSet<>(known);
        return newestFirst
                .flatMap(reply ->
                        IntStream.range(0, reply.answers().answers().size()).mapToObj(i -> new Doubt(reply, i)))
                .filter(doubt -> doubt.input().length() <= RequestRules.EXAMPLE_CHARACTERS)
                .filter(doubt -> seen.add(Hash.of(doubt.input())))
                .limit(COMPARED)
                .toList();
    }

    /// Those whose correction helps most.
    ///
    /// @param corrected inputs that have feedback
    static List<Doubt> picked(List<Doubt> doubts, List<String> corrected) {
        var left = new ArrayList<>(doubts);
        corrected.stream().map(Unsure::words).forEach(words -> left.forEach(other -> other.sees(words)));
        var picked = new ArrayList<Doubt>();
        while (picked.size() < LISTED && !left.isEmpty()) {
            var best =
                    left.stream().max(Comparator.comparingDouble(Doubt::worth)).orElseThrow();
            left.remove(best);
            left.forEach(other -> other.sees(best.words()));
            picked.add(best);
        }
        return picked;
    }

    private static Set<String> words(String text) {
        return BETWEEN_WORDS
                .splitAsStream(text.toLowerCase(Locale.ROOT))
                .filter(word -> !word.isEmpty())
                .limit(WORDS)
                .collect(Collectors.toUnmodifiableSet());
    }

    /// An answer that may be wrong.
    static final class Doubt {

        private final Stamp stamp;
        private final int version;
        private final int index;
        private final Answered answer;
        private Set<String> words;
        private double likeness;

        /// It keeps nothing of the reply's other answers.
        private Doubt(Reply reply, int index) {
            this.stamp = reply.stamp();
            this.version = reply.answers().version();
            this.index = index;
            this.answer = reply.answers().answers().get(index);
        }

        String input() {
            return answer.input();
        }

        /// Read when they are compared: those of many requests at once would fill the memory.
        private Set<String> words() {
            if (words == null) {
                words = Unsure.words(input());
            }
            return words;
        }

        private void sees(Set<String> other) {
            var common = words().stream().filter(other::contains).count();
            var all = words().size() + other.size() - common;
            // Two texts without any word are not alike: nothing is known of either.
            likeness = Math.max(likeness, all == 0 ? 0 : (double) common / all);
        }

        /// Version that answered.
        int version() {
            return version;
        }

        /// What its reply is kept as.
        Stamp stamp() {
            return stamp;
        }

        private double confidence() {
            return answer.confidence() == null ? NO_CONFIDENCE : answer.confidence();
        }

        private double worth() {
            return (1 - confidence()) * (1 - likeness);
        }

        private UnsureAnswer described(Tenant tenant, String function, byte[] key) {
            var id = new AnswerId(function, version, Hash.of(input()), stamp, index);
            return new UnsureAnswer(
                    id.signed(key, tenant), function + "@" + version, input(), answer.output(), answer.confidence());
        }
    }
}
