package dev.icmlora.trainer.loop;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Locale;
import java.util.SequencedMap;
import java.util.stream.Collectors;

/// One JSON object a line for each step that is reported.
record TrainingLog(Path path) {
    void append(SequencedMap<String, Double> figures) {
        String line = figures.entrySet().stream()
                .map(figure -> "\"%s\":%s".formatted(figure.getKey(), number(figure.getValue())))
                .collect(Collectors.joining(",", "{", "}\n"));
        try {
            Files.writeString(path, line, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + path, e);
        }
    }

    private static String number(double value) {
        if (value == Math.rint(value) && Math.abs(value) < 1e15) {
            return Long.toString((long) value);
        }
        return Double.isFinite(value) ? String.format(Locale.ROOT, "%.6g", value) : "null";
    }
}
