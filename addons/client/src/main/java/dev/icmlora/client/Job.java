package dev.icmlora.client;

import java.time.Duration;
import java.time.Instant;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;

import dev.icmlora.client.JobStatus.State;

/// Inputs that the function answers in the background. They outlive this program: another one comes back to
/// them by [TypedFunction#job]. Every method throws an [IcmLoraException] where the function refuses it (404:
/// there is no such job) or cannot be reached.
///
/// @param <O> type of the output
public final class Job<O> {

    private static final Pattern ID = Pattern.compile("[0-9a-f]{32}");

    private final Transport transport;
    private final String id;
    private final OutputForm<O> form;

    /// @throws IllegalArgumentException if the id is none
    Job(Transport transport, String id, OutputForm<O> form) {
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException("'" + id + "' is no job's id, which is 32 of 0 to 9 and a to f");
        }
        this.transport = transport;
        this.id = id;
        this.form = form;
    }

    /// Hands a job over.
    ///
    /// @param request body of `/jobs`
    static <O> Job<O> submitted(Transport transport, JsonNode request, OutputForm<O> form) {
        JsonNode job = transport.json(Call.post("/jobs", request).once());
        if (!job.path("id").isTextual()) {
            throw IcmLoraException.unexpected("it has no id of a job: is this an ICM-LoRA function?");
        }
        return new Job<>(transport, job.get("id").asText(), form);
    }

    /// What the job is found by again.
    public String id() {
        return id;
    }

    private String path() {
        return "/jobs/" + id;
    }

    /// How far it is.
    public JobStatus status() {
        return JobStatus.of(transport.json(Call.get(path())));
    }

    /// Waits until the job has ended, and looks ever less often.
    ///
    /// @return how it has ended; [State#OPEN] if it has not within that time
    public JobStatus await(Duration timeout) {
        Instant deadline = Instant.now().plus(timeout);
        Pauses pauses = new Pauses();
        JobStatus status = status();
        Duration left = Duration.between(Instant.now(), deadline);
        while (status.state() == State.OPEN && left.compareTo(Duration.ZERO) > 0) {
            Duration pause = pauses.next();
            Pauses.sleep(pause.compareTo(left) < 0 ? pause : left);
            status = status();
            left = Duration.between(Instant.now(), deadline);
        }
        return status;
    }

    /// The answers of a completed job, in the order of the inputs. They are read one by one from a connection,
    /// which ends with the last one or when the stream is closed. An input that could not be answered has no
    /// value, and the reason.
    ///
    /// @throws IcmLoraException with status 409 if the job is not completed
    public Stream<Answer<O>> results() {
        return lines().map(line -> form.answer(line.path("output"), line, MissingNode.getInstance()));
    }

    /// The same as the function writes them: JSON objects with `index`, `input` and `output` or `error`.
    ///
    /// @throws IcmLoraException with status 409 if the job is not completed
    public Stream<JsonNode> lines() {
        return ResultLines.of(transport, Call.get(path() + "/results")).map(transport::json);
    }

    /// Ends the job with the batch that is being answered; it has no results then. A second time changes
    /// nothing.
    ///
    /// @throws IcmLoraException with status 409 if it has ended otherwise
    public void cancel() {
        transport.text(Call.post(path() + "/cancel"));
    }

    /// Forgets the job, and its results. Until then they stay.
    ///
    /// @throws IcmLoraException with status 409 if it is open, which a job that was cancelled is for a moment
    /// more
    public void delete() {
        transport.text(Call.delete(path()));
    }
}
