package dev.icmlora.function.service;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.arc.All;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.admission.EngineHost;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.FunctionDescription;
import dev.icmlora.function.api.FunctionList;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.TaskBody;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.named.FunctionVersions;
import dev.icmlora.function.service.FunctionObserver.Answered;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.Stores;

/// Functions that callers define under a name, and requests that name one. All of it waits for the store, so it is
/// for threads that may, and fails with a [dev.icmlora.function.storage.StorageException] where that does.
@Singleton
public final class NamedFunctions {

    private final RequestRules rules;
    private final Stores stores;
    private final EngineHost engineHost;
    private final RequestMeter meter;
    private final ObjectMapper json;
    private final List<FunctionObserver> observers;

    NamedFunctions(
            RequestRules rules,
            Stores stores,
            EngineHost engineHost,
            RequestMeter meter,
            ObjectMapper json,
            @All List<FunctionObserver> observers) {
        this.rules = rules;
        this.stores = stores;
        this.engineHost = engineHost;
        this.meter = meter;
        this.json = json;
        this.observers = observers;
    }

    /// The function that a definition made, or found.
    ///
    /// @param isNew whether it made a version; the newest one may have been the same
    public record Defined(FunctionDescription function, boolean isNew) {}

    /// A request as its function makes it.
    ///
    /// @param function that it named, with its version
    /// @param request with what the function says in place of the name
    public record Named(FunctionName function, GenerateRequest request) {}

    /// Makes a definition the newest version of a name.
    ///
    /// @param name as it was sent
    /// @throws RequestException if it is refused
    public Defined define(Tenant tenant, String name, FunctionDefinition definition) {
        return define(tenant, name, definition, OptionalInt.empty()).orElseThrow();
    }

    /// The same, if nothing changed meanwhile.
    ///
    /// @param after number of the version that has to be the newest one; empty for whichever is
    /// @return empty if it is not
    public Optional<Defined> define(Tenant tenant, String name, FunctionDefinition definition, OptionalInt after) {
        return meter.measure("define", () -> {
            var function = RequestRules.functionName(name);
            rules.check(function, definition);
            // What only the model's tokens and the grammar tell is refused here too, and not by every later request.
            AnswerForm.of(RequestRules.ofAnyInput(definition))
                    .wanted(tenant, definition.task().toTask(), engineHost.engine());
            return kept().add(tenant, function.name(), content(definition), after)
                    .map(version -> new Defined(
                            new FunctionDescription(function.name(), version.number(), definition), version.isNew()));
        });
    }

    /// @throws RequestException if the tenant has no room for another version
    public void requireRoom(Tenant tenant, FunctionDefinition definition) {
        kept().requireRoom(tenant, content(definition).length);
    }

    private FunctionVersions kept() {
        return versions().orElseThrow(() -> RequestException.notKept("Functions"));
    }

    private byte[] content(FunctionDefinition definition) {
        return Content.of(json.writer(), definition).whole();
    }

    /// A function as it was defined.
    ///
    /// @param name as it was sent, perhaps with a version
    /// @throws RequestException if there is none
    public FunctionDescription describe(Tenant tenant, String name) {
        return found(tenant, RequestRules.functionName(name)).orElseThrow(() -> RequestException.unknownFunction(name));
    }

    /// All functions of a tenant.
    public FunctionList list(Tenant tenant) {
        return new FunctionList(numbers(tenant).entrySet().stream()
                .map(entry ->
                        new FunctionList.Entry(entry.getKey(), entry.getValue().getLast(), entry.getValue()))
                .toList());
    }

    /// The versions of a function, in order; none if the tenant has no function of this name.
    public List<Integer> versions(Tenant tenant, String function) {
        return numbers(tenant).getOrDefault(function, List.of());
    }

    private SortedMap<String, List<Integer>> numbers(Tenant tenant) {
        return versions().map(there -> there.list(tenant)).orElseGet(TreeMap::new);
    }

    /// Deletes a version, or all of a name.
    ///
    /// @param name as it was sent, perhaps with a version
    /// @throws RequestException if there is none
    public void delete(Tenant tenant, String name) {
        meter.measure("delete", () -> {
            var function = RequestRules.functionName(name);
            var there = versions().orElseThrow(() -> RequestException.unknownFunction(name));
            // First what is beside it: where that ends halfway, another deletion goes on with it.
            if (there.isLast(tenant, function)) {
                observers.forEach(observer -> observer.deleted(tenant, function.name()));
            }
            if (!there.delete(tenant, function)) {
                throw RequestException.unknownFunction(name);
            }
            return null;
        });
    }

    /// What a request comes to that names a function; empty for one that names none.
    ///
    /// @param request that the rules have passed
    /// @throws RequestException if there is no such function, or it does not go with the request
    public Optional<Named> answering(Tenant tenant, GenerateRequest request) {
        if (request.task() == null || !request.task().isNamed()) {
            return Optional.empty();
        }
        var function = describe(tenant, request.task().function());
        requireOpen(request, function.definition());
        var whole = request.with(function.definition());
        rules.check(whole);
        return Optional.of(new Named(function.versioned(), whole));
    }

    /// A reply as its client has it: with ids, where a function answered and an addon gives ids.
    GenerateReply observed(Tenant tenant, List<String> inputs, GenerateReply reply) {
        var function = Optional.ofNullable(reply.function()).flatMap(FunctionName::of);
        return function.isEmpty() ? reply : reply.withIds(ids(tenant, function.get(), answers(inputs, reply)));
    }

    private static List<Answered> answers(List<String> inputs, GenerateReply reply) {
        return IntStream.range(0, inputs.size())
                .mapToObj(i -> new Answered(inputs.get(i), reply.outputs().get(i), confidence(reply, i)))
                .toList();
    }

    /// That of the answer, else that of all answers of its reply.
    private static Double confidence(GenerateReply reply, int i) {
        return Optional.ofNullable(reply.details())
                .map(details -> details.get(i).confidence())
                .orElseGet(() -> reply.selection().confidence());
    }

    /// The ids by which answers can be corrected; null where no addon gives ids.
    ///
    /// @param function that gave them, with its version
    public List<String> ids(Tenant tenant, FunctionName function, List<Answered> answers) {
        return observers.isEmpty() ? null : observers.getFirst().answered(tenant, function, answers);
    }

    /// The function of a name, perhaps with a version; empty if the tenant has none.
    ///
    /// @throws RequestException if the rules refuse its definition by now
    public Optional<FunctionDescription> find(Tenant tenant, String name) {
        var function = FunctionName.of(name).flatMap(known -> found(tenant, known));
        function.ifPresent(there -> rules.check(RequestRules.ofAnyInput(there.definition())));
        return function;
    }

    /// Whether the tenant has a function of this name, perhaps with a version.
    public boolean isKnown(Tenant tenant, String name) {
        return FunctionName.of(name).flatMap(known -> version(tenant, known)).isPresent();
    }

    /// The request with what its function says, if it names one.
    ///
    /// @param request that the rules have passed
    /// @throws RequestException as in [#answering]
    AdapterRequest whole(Tenant tenant, AdapterRequest request) {
        if (!request.task().isNamed()) {
            return request;
        }
        var definition = definition(tenant, request.task());
        var violations = new Violations();
        if (!Tune.DEFAULT.equals(request.tune())) {
            beside(definition.tune(), request.tune(), "/tune", violations);
        }
        violations.raise();
        var whole = request.with(definition);
        rules.check(whole);
        return whole;
    }

    /// The task, or that of the function that it names.
    ///
    /// @throws RequestException if there is no such function
    public TaskBody task(Tenant tenant, TaskBody task) {
        return task.isNamed() ? definition(tenant, task).task() : task;
    }

    private static void requireOpen(GenerateRequest request, FunctionDefinition definition) {
        var violations = new Violations();
        beside(definition.labels(), request.labels(), "/labels", violations);
        beside(definition.schema(), request.schema(), "/schema", violations);
        beside(definition.answer(), request.answer(), "/answer", violations);
        beside(definition.tune(), request.tune(), "/tune", violations);
        violations.raise();
    }

    /// What a function says is not said a second time.
    public static void beside(Object ofFunction, Object ofRequest, String field, Violations violations) {
        violations.when(
                ofFunction != null && ofRequest != null,
                field,
                null,
                null,
                "must not be given beside a function that has its own");
    }

    private FunctionDefinition definition(Tenant tenant, TaskBody task) {
        return describe(tenant, task.function()).definition();
    }

    /// Empty where there is no place for them: then there are none.
    private Optional<FunctionVersions> versions() {
        return stores.own().map(FunctionVersions::new);
    }

    private Optional<FunctionVersions.Version> version(Tenant tenant, FunctionName name) {
        return versions().flatMap(there -> there.find(tenant, name));
    }

    private Optional<FunctionDescription> found(Tenant tenant, FunctionName name) {
        return version(tenant, name)
                .map(version -> new FunctionDescription(name.name(), version.number(), definition(version.content())));
    }

    private FunctionDefinition definition(byte[] content) {
        try {
            var definition = json.readValue(content, FunctionDefinition.class);
            if (definition != null && definition.task() != null) {
                return definition;
            }
        } catch (IOException e) {
            // Its message would quote the file.
        }
        throw new StorageUnavailableException("the definition of a function is damaged", null);
    }
}
