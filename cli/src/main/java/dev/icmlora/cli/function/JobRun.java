package dev.icmlora.cli.function;

import java.io.IOException;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.Job;
import dev.icmlora.client.JobStatus;
import dev.icmlora.client.JobStatus.State;

/// Answers lines by a job, and waits for it.
///
/// @param request all of a body of `/jobs` but the inputs
record JobRun(IcmLoraClient function, ObjectNode request) {

    private static final Duration BETWEEN_REPORTS = Duration.ofSeconds(10);

    /// Hands the inputs over.
    Job<String> submit(List<String> inputs) {
        ObjectNode body = request.deepCopy();
        inputs.forEach(body.putArray("inputs")::add);
        return function.submit(body);
    }

    /// Hands the inputs over, waits, prints the answers, and then forgets the job.
    ///
    /// @throws IOException also if the job ends otherwise
    void run(List<String> inputs, RunOutput output) throws IOException {
        Job<String> job = submit(inputs);
        output.say("job " + job.id());
        JobStatus status = job.await(BETWEEN_REPORTS);
        while (status.state() == State.OPEN) {
            output.report(String.format("%,d of %,d inputs done", status.done().orElse(0), status.inputs()));
            status = job.await(BETWEEN_REPORTS);
        }
        if (status.state() != State.COMPLETED) {
            throw new IOException("the job " + job.id() + " is "
                    + status.state().name().toLowerCase(Locale.ROOT)
                    + status.error().map(why -> ": " + why).orElse(""));
        }
        try (Stream<JsonNode> results = job.lines()) {
            print(results.iterator(), inputs, output);
        }
        output.flush();
        job.delete();
    }

    private static void print(Iterator<JsonNode> results, List<String> inputs, RunOutput output) throws IOException {
        for (int i = 0; i < inputs.size(); i++) {
            if (!results.hasNext()) {
                throw new IOException("the job has " + i + " results for " + inputs.size() + " inputs");
            }
            JsonNode result = results.next();
            output.print(RunLine.answered(i, inputs.get(i), result.path("output"), result));
        }
    }
}
