package dev.icmlora.bench;

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

/// The table in three forms: for the terminal, as JSON and as a picture.
///
/// @param machine what it was measured on
/// @param suite what was measured
record Report(Map<String, Object> machine, String suite, List<Row> rows) {

    private static final int LINE = 26;
    private static final int LABELS = 560;
    private static final int BARS = 300;

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
            text.append(String.format(
                    Locale.ROOT,
                    "%-" + width + "s  %12s  %10s  %-8s  %s%n",
                    row.what(),
                    row.measured(),
                    row.target(),
                    row.verdict(),
                    row.detail()));
        }
        return text.append("\n").append(machine).append("\n").toString();
    }

    /// Writes `<suite>-<date>-<cpu>.json` and the picture of it.
    ///
    /// @return the JSON file
    Path write(Path directory) {
        var cpu = machine.get("cpu").toString().toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
        var name = suite + "-" + machine.get("date") + "-" + cpu.replaceAll("^-|-$", "");
        var file = directory.resolve(name + ".json");
        try {
            Files.createDirectories(directory);
            Files.writeString(file, json());
            Files.writeString(directory.resolve(name + ".svg"), svg());
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

    /// How much of each target is used; the line is the target.
    String svg() {
        var measured = rows.stream().filter(row -> row.share().isPresent()).toList();
        var height = LINE * (measured.size() + 2);
        var text = new StringBuilder(String.format(
                Locale.ROOT,
                "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" height=\"%d\" font-family=\"sans-serif\""
                        + " font-size=\"12\">%n<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n",
                LABELS + 2 * BARS,
                height));
        for (var i = 0; i < measured.size(); i++) {
            var row = measured.get(i);
            var y = LINE * (i + 1);
            var length = Math.min(1.8, Math.max(0, row.share().orElseThrow())) * BARS;
            text.append(String.format(
                    Locale.ROOT,
                    "<text x=\"%d\" y=\"%d\" text-anchor=\"end\">%s</text>%n"
                            + "<rect x=\"%d\" y=\"%d\" width=\"%.0f\" height=\"14\" fill=\"%s\"/>%n"
                            + "<text x=\"%.0f\" y=\"%d\">%s</text>%n",
                    LABELS - 10,
                    y + 11,
                    escaped(row.what()),
                    LABELS,
                    y,
                    length,
                    row.isHeld() ? "#2a9d8f" : "#e76f51",
                    LABELS + length + 4,
                    y + 11,
                    escaped(row.measured() + " (" + row.target() + ")")));
        }
        return text.append(String.format(
                        Locale.ROOT,
                        "<line x1=\"%1$d\" y1=\"10\" x2=\"%1$d\" y2=\"%2$d\" stroke=\"black\"/>%n</svg>%n",
                        LABELS + BARS,
                        height - 10))
                .toString();
    }

    private static String escaped(String text) {
        return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;");
    }
}
