package dev.icmlora.learning;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.FunctionDescription;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.service.FunctionObserver.Answered;
import dev.icmlora.function.service.NamedFunctions;
import dev.icmlora.function.service.RequestRules;
import dev.icmlora.function.storage.Content;
import dev.icmlora.learning.LearningStore.Given;

/// Takes in what clients say of answers.
@Singleton
public final class Corrections {

    /// Of a request.
    public static final int MOST = 256;
    /// Outputs that were there before and contradict others, of a reply: each is read.
    private static final int NAMED = 100;

    private final LearningStore store;
    private final NamedFunctions functions;
    private final FeedbackRules rules;
    private final JsonBody body;
    private final ClientConnection client;
    private final Improvements improvements;
    private final Counter counted;

    Corrections(
            LearningStore store,
            NamedFunctions functions,
            FeedbackRules rules,
            JsonBody body,
            ClientConnection client,
            Improvements improvements,
            MeterRegistry registry) {
        this.store = store;
        this.functions = functions;
        this.rules = rules;
        this.body = body;
        this.client = client;
        this.improvements = improvements;
        this.counted = Counter.builder("icm.lora.feedback")
                .description("Pieces of feedback on functions that were new")
                .register(registry);
    }

    /// The reply to feedback.
    ///
    /// @param added pieces that were not there, or that count again after another output of their input
    /// @param known pieces that were there already
    /// @param feedback pieces on the function by now, but a teacher's
    /// @param contradictions inputs of these pieces for which there is more than one output
    @RegisterForReflection
    public record FeedbackTaken(int added, int known, int feedback, List<Contradiction> contradictions) {}

    /// @param outputs the oldest first
    @RegisterForReflection
    public record Contradiction(String input, List<String> outputs) {}

    /// The newest version of a function.
    ///
    /// @param name as it was sent
    /// @throws RequestException if there is none, or the name has a version
    static FunctionDescription function(NamedFunctions functions, Tenant tenant, String name) {
        return functions.describe(tenant, unversioned(name));
    }

    private static String unversioned(String name) {
        var function = RequestRules.functionName(name);
        var violations = new Violations();
        violations.when(
                function.version().isPresent(),
                "name",
                FunctionName.NAME,
                name,
                "must have no version: feedback is on all of them");
        violations.raise();
        return function.name();
    }

    private FunctionDescription function(Tenant tenant, String name) {
        return function(functions, tenant, name);
    }

    /// Keeps corrections, or none if one of them is wrong. Where the store fails halfway, some are kept, and the
    /// same request again adds the others.
    ///
    /// @param name of the function, as it was sent
    /// @param sent objects with `input`, `output`, `id` and `right`, as far as they are known
    /// @param isList whether they came in a list or as lines; else it is one
    /// @throws RequestException naming everything that is wrong
    public FeedbackTaken take(Caller caller, String name, Iterable<JsonNode> sent, boolean isList) {
        var tenant = caller.tenant();
        var corrections = corrections(sent, isList);
        var function = function(tenant, name);
        var violations = new Violations();
        violations.when(corrections.isEmpty(), "", 1, 0, "must hold one correction at least");
        violations.count("", corrections.size(), MOST);
        violations.raise();
        var hasIds = corrections.stream().anyMatch(correction -> correction.id() != null);
        var versions = hasIds ? functions.versions(tenant, function.name()) : List.<Integer>of();
        var pieces = new ArrayList<Feedback>();
        for (var i = 0; i < corrections.size(); i++) {
            var at = isList ? "/" + i : "";
            var correction = corrections.get(i);
            var id = Optional.ofNullable(correction.id())
                    .flatMap(text -> id(tenant, function.name(), versions, at + "/id", text, violations));
            read(tenant, id, at, correction, violations).ifPresent(pieces::add);
        }
        violations.raise();
        client.whileOpen(() -> {
            rules.check(function.definition(), pieces, isList);
            return null;
        });
        var taken = add(tenant, function.name(), pieces);
        if (taken.added() > 0) {
            improvements.whenDue(caller, function);
        }
        return taken;
    }

    private List<Correction> corrections(Iterable<JsonNode> nodes, boolean isList) {
        var all = new ArrayList<Correction>();
        for (var node : nodes) {
            all.add(body.part(node, isList ? "/" + all.size() : "", Correction.class));
        }
        return all;
    }

    /// What a correction says, with what is known of its answer; empty where that is not enough.
    private Optional<Feedback> read(
            Tenant tenant, Optional<AnswerId> id, String at, Correction correction, Violations violations) {
        var isRight = Boolean.TRUE.equals(correction.right());
        var kept = id.filter(_ -> isRight || correction.input() == null).flatMap(known -> kept(tenant, known));
        var input = Optional.ofNullable(correction.input()).or(() -> kept.map(Answered::input));
        var output = Optional.ofNullable(correction.output())
                .or(() -> kept.filter(_ -> isRight).map(Answered::output));
        violations.when(
                input.isEmpty() && (id.isPresent() || correction.id() == null),
                at + "/input",
                null,
                null,
                id.isEmpty()
                        ? "is missing"
                        : "is missing: it is not kept here, and an id alone does not say what it was");
        violations.when(
                id.isPresent()
                        && correction.input() != null
                        && !id.get().input().equals(Hash.of(correction.input())),
                at + "/input",
                null,
                correction.input(),
                "is not the input of this answer");
        violations.when(
                correction.right() != null && !isRight,
                at + "/right",
                true,
                false,
                "must be true, or absent: what is right instead is said by /output");
        violations.when(
                isRight && correction.output() != null, at + "/right", null, true, "must not be given beside /output");
        violations.when(
                output.isEmpty()
                        && (correction.right() == null || isRight && (id.isPresent() || correction.id() == null)),
                at + "/output",
                null,
                null,
                isRight ? "is missing: what was answered is not kept here" : "is missing");
        if (input.isEmpty() || output.isEmpty()) {
            return Optional.empty();
        }
        var version = id.map(AnswerId::version).orElse(null);
        var now = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        return Optional.of(new Feedback(input.get(), output.get(), version, now, null));
    }

    private Optional<AnswerId> id(
            Tenant tenant, String function, List<Integer> versions, String field, String text, Violations violations) {
        var id = AnswerId.of(text, store.key(), tenant);
        violations.when(id.isEmpty(), field, null, text, "is no id of an answer that you had here");
        if (id.isEmpty()) {
            return id;
        }
        var known = id.get();
        var isOther = !known.function().equals(function);
        var isOld = known.reply().isOlderThan(LearningStore.RETENTION);
        var isGone = !isOther && !isOld && !versions.contains(known.version());
        violations.when(isOther, field, function, known.function(), "is of an answer of another function");
        violations.when(
                isOld,
                field,
                LearningStore.RETENTION.toDays(),
                text,
                "is older than %d days".formatted(LearningStore.RETENTION.toDays()));
        violations.when(
                isGone,
                field,
                null,
                text,
                "is of an answer of version %d, which is deleted".formatted(known.version()));
        return isOther || isOld || isGone ? Optional.empty() : id;
    }

    private Optional<Answered> kept(Tenant tenant, AnswerId id) {
        return store.reply(tenant, id.function(), id.reply())
                .map(reply -> reply.answers().get(id.index()));
    }

    /// Of each input the last piece is to be the newest. One that is known and is not is written anew.
    private FeedbackTaken add(Tenant tenant, String function, List<Feedback> pieces) {
        var there = store.givenByPeople(tenant, function);
        var known = there.stream().map(Given::texts).collect(Collectors.toSet());
        Map<String, String> newest = new HashMap<>();
        there.forEach(each -> newest.put(each.input(), each.output()));
        Map<String, String> last = new HashMap<>();
        pieces.forEach(piece -> last.put(piece.input(), piece.output()));
        var added = new LinkedHashMap<String, Feedback>();
        for (var piece : pieces) {
            var input = Hash.of(piece.input());
            var output = Hash.of(piece.output());
            var isLast = piece.output().equals(last.get(piece.input()));
            if (known.add(input + output) || isLast && !output.equals(newest.get(input))) {
                added.putLast(input + output, piece);
                newest.put(input, output);
            }
        }
        var kept = there.stream().collect(Collectors.partitioningBy(each -> !added.containsKey(each.texts())));
        if (!added.isEmpty()) {
            store.add(tenant, function, List.copyOf(added.values()), kept.get(false));
            counted.increment(added.size());
        }
        return new FeedbackTaken(
                added.size(),
                pieces.size() - added.size(),
                known.size(),
                contradictions(pieces, kept.get(true), added.values()));
    }

    private List<Contradiction> contradictions(List<Feedback> pieces, List<Given> kept, Collection<Feedback> added) {
        Map<String, Contradiction> found = new LinkedHashMap<>();
        var left = NAMED;
        for (var piece : pieces) {
            var hash = Hash.of(piece.input());
            var before = kept.stream().filter(each -> each.input().equals(hash)).toList();
            var now = added.stream()
                    .filter(each -> each.input().equals(piece.input()))
                    .toList();
            if (before.size() + now.size() > 1 && left > 0 && !found.containsKey(hash)) {
                var newest = before.subList(Math.max(0, before.size() - left), before.size());
                left -= newest.size();
                var outputs = Stream.concat(newest.stream().flatMap(each -> store.read(each).stream()), now.stream())
                        .map(Feedback::output)
                        .toList();
                found.put(hash, new Contradiction(piece.input(), outputs));
            }
        }
        return List.copyOf(found.values());
    }

    /// All feedback on a function, as JSON lines.
    Content export(Tenant tenant, String name) {
        return store.lines(store.given(tenant, function(tenant, name).name()));
    }

    /// Deletes the feedback on a function, and the answers that are kept, also where the function is gone.
    void forget(Tenant tenant, String name) {
        improvements.forget(tenant, unversioned(name));
    }
}
