package dev.icmlora.bench;

import java.util.List;
import java.util.Locale;

/// Some lines of the table that are measured together.
interface Part {

    List<Row> measure(Machine machine);

    /// Such as `new-task`.
    default String name() {
        return getClass().getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }
}
