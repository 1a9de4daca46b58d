package dev.icmlora.cli.function;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.stream.Stream;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;

/// Answers lines by a job, and waits for it.
///
/// @param request all of a body of `/jobs` but the inputs
record JobRun(RunningFunction function, JsonObject request) {

    /// Hands the inputs over.
    ///
    /// @return the job's id
    String submit(List<String> inputs) throws IOException, InterruptedException {
        JsonObject body = request.deepCopy();
        JsonArray texts = new JsonArray();
        inputs.forEach(texts::add);
        body.add("inputs", texts);
        return function.submit(body);
    }

    /// Hands the inputs over, waits, prints the answers, and then forgets the job.
    ///
    /// @throws IOException also if the job ends otherwise
    void run(List<String> inputs, RunOutput output) throws IOException, InterruptedException {
        String id = submit(inputs);
        output.say("job " + id);
        JsonObject job = ended(id, output);
        String state = job.get("state").getAsString();
        if (!state.equals("completed")) {
            JsonElement error = job.get("error");
            throw new IOException("the job " + id + " is " + state + (error == null ? "" : ": " + reason(error)));
        }
        try (Stream<String> results = function.results(id)) {
            print(results.iterator(), inputs, output);
        } catch (UncheckedIOException e) {
            throw new IOException("the results of job " + id + " broke off: it is not forgotten", e);
        }
        output.flush();
        function.forget(id);
    }

    private static String reason(JsonElement error) {
        JsonElement detail = error.isJsonObject() ? error.getAsJsonObject().get("detail") : null;
        return detail == null ? error.toString() : detail.getAsString();
    }

    private JsonObject ended(String id, RunOutput output) throws IOException, InterruptedException {
        Pauses pauses = new Pauses();
        JsonObject job = function.job(id);
        while (job.get("state").getAsString().equals("open")) {
            output.report(String.format(
                    "%,d of %,d inputs done",
                    job.get("done").getAsInt(), job.get("inputs").getAsInt()));
            Thread.sleep(pauses.next());
            job = function.job(id);
        }
        return job;
    }

    private static void print(Iterator<String> results, List<String> inputs, RunOutput output) throws IOException {
        for (int i = 0; i < inputs.size(); i++) {
            if (!results.hasNext()) {
                throw new IOException("the job has " + i + " results for " + inputs.size() + " inputs");
            }
            output.print(RunLine.ofJob(i, inputs.get(i), Replies.object(results.next())));
        }
    }
}
