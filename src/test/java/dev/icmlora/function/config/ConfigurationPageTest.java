package dev.icmlora.function.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.events.EventsConfig;
import dev.icmlora.function.WrittenTables;
import dev.icmlora.function.storage.StorageConfig;
import dev.icmlora.learning.TeacherConfig;

/// The tables of `docs/configuration.md` say what the code says. The comment above each names its settings, `*` for any
/// end of a name.
class ConfigurationPageTest {

    private static final Path PAGE = Path.of("../docs/configuration.md");

    private static final List<DocumentedSetting> SETTINGS = Stream.of(
                    FunctionConfig.class, EventsConfig.class, StorageConfig.class, TeacherConfig.class)
            .flatMap(DocumentedSetting::of)
            .toList();

    @Test
    void saysWhatTheCodeSays() throws IOException {
        WrittenTables.check(PAGE, Map.of("settings", ConfigurationPageTest::settings));
    }

    @Test
    void hasEverySettingOnce() throws IOException {
        var rows = Files.readString(PAGE).lines().filter(line -> line.startsWith("| `ICM_LORA_"));

        assertThat(rows.map(row -> row.split("`")[1]))
                .containsExactlyInAnyOrderElementsOf(SETTINGS.stream()
                        .map(setting -> setting.setting().variable())
                        .toList());
    }

    private static String settings(String names) {
        var wanted = Arrays.stream(names.split(" "))
                .map(name -> name.replace(".", "\\.").replace("*", ".*"))
                .collect(Collectors.joining("|", "icm-lora\\.(", ")"));
        return SETTINGS.stream()
                .filter(setting -> setting.setting().key().matches(wanted))
                .map(setting -> setting.row() + "\n")
                .collect(Collectors.joining("", "| variable | default | meaning |\n|---|---|---|\n", ""));
    }
}
