package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

import com.google.gson.GsonBuilder;

/// The table, for the terminal and as JSON.
///
/// @param machine what it was measured on
/// @param suite what was measured
record Report(Map<String, Object> machine, String suite, List<Row> rows) {

    static Report of(Machine machine, String suite, List<Row> rows) {
        var about = new LinkedHashMap<String, Object>();
        about.put("date", LocalDate.now(ZoneOffset.UTC).toString());
        about.put("cpu", machine.cpu());
        about.put("threads", machine.threads());
        about.put("rounds", machine.rounds());
        about.put("model", machine.model().getFileName().toString());
        about.put("java", Runtime.version().toString());
        about.put("load_at_end", machine.load());
        return new Report(about, suite, rows);
    }

    String table() {
        var text = new StringBuilder();
        var width = rows.stream().mapToInt(row -> row.what().length()).max().orElse(0);
        for (var row : rows) {
            text.append(text(
                    "%-" + width + "s  %12s  %10s  %-8s  %s%n",
                    row.what(),
                    row.measured(),
                    row.target(),
                    row.verdict(),
                    row.detail()));
        }
        return text.append("\n").append(machine).append("\n").toString();
    }

    /// Writes `<suite>-<date>-<cpu>.json`.
    ///
    /// @return the JSON file
    Path write(Path directory) {
        var cpu = machine.get("cpu").toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        var name = suite + "-" + machine.get("date") + "-" + cpu.replaceAll("^-|-$", "");
        var file = directory.resolve(name + ".json");
        try {
            Files.createDirectories(directory);
            Files.writeString(file, json());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return file;
    }

    private String json() {
        var lines = rows.stream()
                .map(row -> {
                    var line = new LinkedHashMap<String, Object>();
                    line.put("what", row.what());
                    line.put("measured", row.measured());
                    line.put("target", row.target());
                    line.put("verdict", row.verdict());
                    row.share().ifPresent(share -> line.put("share_of_target", share));
                    line.put("detail", row.detail());
                    return line;
                })
                .toList();
        var gson = new GsonBuilder().setPrettyPrinting().disableHtmlEscaping().create();
        return gson.toJson(Map.of("machine", machine, "rows", lines)) + "\n";
    }
}
