package dev.icmlora.tasks.folder;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/// Any bytes are a task file: each line is an example, a description, empty, or a fault that names the file.
class TaskFileFuzzTest {

    @FuzzTest
    void parse(byte[] bytes) {
        TaskFile file = TaskFile.parse(bytes, "fuzzed.jsonl");
        assertThat(file.faults()).allMatch(fault -> fault.startsWith("fuzzed.jsonl, line "));
        assertThat(file.descriptions()).noneMatch(String::isBlank);
        assertThat(file.lines()).allSatisfy(line -> {
            assertThat(line.example().input()).isNotBlank();
            assertThat(line.example().output()).isNotBlank();
        });
        int lines = 1;
        for (byte each : bytes) {
            lines += each == '\n' ? 1 : 0;
        }
        assertThat(file.faults().size()
                        + file.descriptions().size()
                        + file.lines().size())
                .isLessThanOrEqualTo(lines);
    }
}
