package dev.icmlora.function.events;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.JobList;
import dev.icmlora.function.api.JobStatus;
import dev.icmlora.function.api.JobStatus.State;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.events.JobSources.Found;
import dev.icmlora.function.events.JobSources.Pinned;
import dev.icmlora.function.storage.Condition;
import dev.icmlora.function.storage.ConditionFailedException;
import dev.icmlora.function.storage.Content;
import dev.icmlora.function.storage.ObjectGoneException;
import dev.icmlora.function.storage.ObjectStore;
import dev.icmlora.function.storage.StorageUnavailableException;
import dev.icmlora.function.storage.StoredObject;

/// Jobs in a bucket. What is known of one is there, so any instance can tell how far it is.
record JobStore(ObjectStore store, ObjectMapper json) {

    private static final String INPUTS = "icmlorainputs";
    private static final String FUNCTION = "icmlorafunction";
    /// No reader takes it for a payer.
    private static final String NOBODY = "nobody";

    /// Writes a new job.
    ///
    /// @param source of the inputs; empty where they are in the request
    /// @param function name and version of the one that answers
    /// @param payer who pays for it
    void add(JobPlace job, GenerateRequest request, Optional<Found> source, Optional<String> function, String payer)
            throws IOException {
        var task = json.<ObjectNode>valueToTree(request);
        if (source.isPresent()) {
            task.remove("inputs");
            var object = Content.of(json.writeValueAsBytes(source.get().object()));
            store.write(job.source(), object, Map.of(), new Condition.IfAbsent());
        }
        int inputs = source.map(Found::inputs).orElse(request.inputs().size());
        var metadata = Map.of(INPUTS, Integer.toString(inputs), FUNCTION, function.orElse(NOBODY));
        store.write(job.keys().task(), Content.of(json.writeValueAsBytes(task)), metadata, new Condition.IfAbsent());
        // Last: what is open has a task.
        store.write(
                job.open(),
                Content.of(payer.isEmpty() ? NOBODY.getBytes(UTF_8) : payer.getBytes(UTF_8)),
                Map.of(),
                new Condition.IfAbsent());
    }

    /// All jobs that something is to be done for.
    List<JobPlace> open() {
        return store.list(JobPlace.OPEN).stream()
                .map(StoredObject::key)
                .filter(key -> key.indexOf('/', JobPlace.OPEN.length()) > 0)
                .map(JobPlace::ofOpen)
                .toList();
    }

    int open(Tenant tenant) {
        return store.list(JobPlace.open(tenant)).size();
    }

    /// What a tenant's jobs take, with their results.
    long bytes(Tenant tenant) {
        return store.list(JobPlace.all(tenant)).stream()
                .mapToLong(StoredObject::bytes)
                .sum();
    }

    /// Whether something is still to be done for it, although it may have ended.
    boolean isOpen(JobPlace job) {
        return store.find(job.open()).isPresent();
    }

    /// Whether answers are stored that are not published yet.
    boolean isBegun(JobPlace job) {
        return !store.list(job.keys().parts()).isEmpty();
    }

    /// Who pays for an open job; empty if it is not open any more.
    Optional<String> payer(JobPlace job) {
        return store.find(job.open()).map(this::text).map(payer -> payer.equals(NOBODY) ? "" : payer);
    }

    /// @throws RequestException if there is no such job
    StoredObject task(JobPlace job) {
        return store.find(job.keys().task()).orElseThrow(() -> RequestException.unknownJob(job.id()));
    }

    /// Where a job's inputs are; empty where they are in its task.
    Optional<Pinned> source(JobPlace job) {
        return store.find(job.source()).map(object -> read(object, Pinned.class));
    }

    /// Empty while it is open.
    Optional<State> ended(JobPlace job) {
        return store.find(job.end()).map(this::state);
    }

    private State state(StoredObject end) {
        return State.valueOf(text(end).toUpperCase(Locale.ROOT));
    }

    /// The newest jobs of a tenant.
    ///
    /// @param most that are listed
    JobList newest(Tenant tenant, int most) {
        // First: what ends meanwhile has an end in the other list.
        var open = store.list(JobPlace.open(tenant)).stream()
                .map(StoredObject::key)
                .collect(Collectors.toSet());
        var objects = store.list(JobPlace.all(tenant)).stream()
                .collect(Collectors.toMap(StoredObject::key, Function.identity()));
        var jobs = objects.keySet().stream()
                .flatMap(key -> JobPlace.ofTask(tenant, key).stream())
                // Neither: an instance was killed before it had taken the job.
                .filter(job -> open.contains(job.open()) || objects.containsKey(job.end()))
                .sorted(Comparator.comparing(JobPlace::id).reversed())
                .toList();
        var listed = jobs.stream()
                .limit(most)
                .flatMap(job -> entry(job, Optional.ofNullable(objects.get(job.end()))))
                .toList();
        return new JobList(listed, jobs.size());
    }

    /// Nothing if the job was deleted meanwhile.
    private Stream<JobList.Entry> entry(JobPlace job, Optional<StoredObject> end) {
        try {
            return Stream.of(new JobList.Entry(job.id(), end.map(this::state).orElse(State.OPEN)));
        } catch (ObjectGoneException e) {
            return Stream.empty();
        }
    }

    /// Ends a job, if it is open.
    ///
    /// @return how it has ended, this time or before
    State end(JobPlace job, State state) {
        try {
            var name = state.name().toLowerCase(Locale.ROOT);
            store.write(job.end(), Content.of(name.getBytes(UTF_8)), Map.of(), new Condition.IfAbsent());
            return state;
        } catch (ConditionFailedException e) {
            return ended(job).orElseThrow(() -> RequestException.unknownJob(job.id()));
        }
    }

    /// @throws RequestException if there is no such job
    JobStatus status(JobPlace job) {
        var metadata = task(job).metadata();
        var inputs = Integer.parseInt(metadata.get(INPUTS));
        var function = Optional.of(metadata.get(FUNCTION))
                .filter(name -> !name.equals(NOBODY))
                .orElse(null);
        // Before the state: when a job has ended, its parts go.
        var done = Checkpoint.done(store, job.keys().parts(), json);
        var state = ended(job).orElse(State.OPEN);
        return switch (state) {
            case OPEN -> new JobStatus(job.id(), state, function, inputs, done, null, null, null, null);
            case CANCELLED -> new JobStatus(job.id(), state, function, inputs, null, null, null, null, null);
            case FAILED -> {
                var error = (ObjectNode) tree(job.keys().error());
                error.remove("task");
                yield new JobStatus(job.id(), state, function, inputs, null, null, null, null, error);
            }
            case COMPLETED -> {
                var summary = tree(job.keys().summary());
                yield new JobStatus(
                        job.id(),
                        state,
                        function,
                        inputs,
                        inputs,
                        summary.get("answered").intValue(),
                        summary.get("abstained").intValue(),
                        summary.get("failed").intValue(),
                        null);
            }
        };
    }

    private JsonNode tree(String key) {
        return read(there(key), JsonNode.class);
    }

    private <T> T read(StoredObject object, Class<T> type) {
        try (var in = store.read(object)) {
            return json.readValue(in, type);
        } catch (IOException e) {
            throw unreadable(object, e);
        }
    }

    private StoredObject there(String key) {
        return store.find(key).orElseThrow(() -> new StorageUnavailableException(key + " is gone", null));
    }

    private String text(StoredObject object) {
        try (var in = store.read(object)) {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw unreadable(object, e);
        }
    }

    private static StorageUnavailableException unreadable(StoredObject object, IOException e) {
        return new StorageUnavailableException("cannot read " + object.key() + ": " + e, e);
    }

    /// The results of a completed job.
    JobResults results(JobPlace job) {
        return new JobResults(store, there(job.keys().results()));
    }

    /// Nothing is left to do: takes away what was on the way, and what nobody wants.
    void close(JobPlace job, State state) {
        var keys = job.keys();
        if (state != State.COMPLETED) {
            store.delete(keys.results());
            store.delete(keys.summary());
        }
        store.list(keys.parts()).forEach(part -> store.delete(part.key()));
        store.delete(job.open());
    }

    /// Forgets a job, with all that belongs to it. Its task and its end go last: until then there is a job that has
    /// ended, and whoever was cut off can delete it again.
    void delete(JobPlace job) {
        var last = List.of(job.keys().task(), job.end());
        store.list(job.folder()).stream()
                .map(StoredObject::key)
                .filter(key -> !last.contains(key))
                .forEach(store::delete);
        last.forEach(store::delete);
    }
}
