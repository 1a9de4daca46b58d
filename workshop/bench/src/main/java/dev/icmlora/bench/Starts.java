package dev.icmlora.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.util.List;

import com.google.gson.Gson;
import com.google.gson.reflect.TypeToken;

/// What `make cold-start` holds against a target: how long the ways to start need beside llama-server, and what is
/// resident then.
final class Starts implements Part {

    /// A line of what scripts/cold-start writes.
    private record Judged(String what, double value, double most, String unit, String detail) {}

    @Override
    public List<Row> measure(Machine machine) {
        var file = machine.root().resolve("workshop/bench/target/starts.json");
        var command = List.of(
                machine.root().resolve("scripts/cold-start").toString(),
                Integer.toString(machine.rounds()),
                "--json",
                file.toString());
        try {
            Files.deleteIfExists(file);
            var process = new ProcessBuilder(command)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("scripts/cold-start failed");
            }
            List<Judged> judged = new Gson().fromJson(Files.readString(file), new TypeToken<>() {});
            return judged.stream()
                    .map(row -> Row.atMost(row.what(), row.value(), row.most(), row.unit(), row.detail()))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
