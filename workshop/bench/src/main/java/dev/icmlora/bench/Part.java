package dev.icmlora.bench;

import java.util.List;

/// Some lines of the table that are measured together.
interface Part {

    String name();

    List<Row> measure(Machine machine);
}
