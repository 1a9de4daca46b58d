package dev.icmlora.function.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.events.EventsConfig;
import dev.icmlora.function.service.RequestRules;

/// The numbers of `docs/limits.md` are those of the code, and no limit that callers share is missing.
class LimitsPageTest {

    private static final Path PAGE = Path.of("../docs/limits.md");
    private static final Path SOURCES = Path.of("main/java");
    private static final Path ADDONS = Path.of("../addons");
    private static final Path PROPERTIES = Path.of("main/resources/application.properties");
    private static final String PACKAGE = "dev.icmlora.function.";

    private static final Pattern ROW = Pattern.compile("(?m)^\\|[^|]*\\| ([^|]*) \\| `([^|`]*)` \\|[^|]*\\|$");
    private static final Pattern NUMBER = Pattern.compile("([\\d,]+)(?: ?(s|KiB|MiB|M))?");
    private static final Map<String, Integer> UNITS = Map.of("s", 1, "KiB", 1 << 10, "MiB", 1 << 20, "M", 1 << 20);

    private static List<MatchResult> rows() throws IOException {
        return ROW.matcher(Files.readString(PAGE)).results().toList();
    }

    @Test
    void saysWhatTheCodeSays() throws Exception {
        var settings = Stream.of(FunctionConfig.class, EventsConfig.class)
                .flatMap(DocumentedSetting::of)
                .collect(Collectors.toMap(setting -> setting.setting().variable(), DocumentedSetting::value));
        var application = new Properties();
        try (var in = Files.newInputStream(PROPERTIES)) {
            application.load(in);
        }

        assertThat(rows()).hasSizeGreaterThan(40);
        for (var row : rows()) {
            var value = row.group(1);
            var source = row.group(2);
            if (settings.containsKey(source)) {
                var stated = settings.get(source).replace("`", "");
                assertThat(stated).as(source).matches(Pattern.quote(value) + "(\\D.*)?");
            } else if (application.containsKey(source)) {
                assertThat(number(value)).as(source).isEqualTo(number(application.getProperty(source)));
            } else {
                assertThat(number(value)).as(source).isEqualTo(number(constant(source)));
            }
        }
    }

    @Test
    void hasEveryNumberOfTheRules() throws IOException {
        var named = rows().stream().map(row -> row.group(2)).toList();

        assertThat(Arrays.stream(RequestRules.class.getDeclaredFields())
                        .filter(field -> Modifier.isStatic(field.getModifiers()) && !field.isSynthetic())
                        .filter(field -> field.getType().isPrimitive())
                        .map(field -> "service.RequestRules." + field.getName()))
                .isNotEmpty()
                .isSubsetOf(named);
    }

    @Test
    void saysWhatEachRefusalSays() throws IOException {
        var refusal = Pattern.compile("new CallerLimit\\([^;]*?\"([a-z ]+)\"\\)");
        var page = Files.readString(PAGE);
        try (var core = Files.walk(SOURCES);
                var addons = Files.walk(ADDONS)) {
            var texts = Stream.concat(core, addons)
                    .filter(source -> source.toString().endsWith(".java"))
                    .flatMap(source -> refusal.matcher(text(source)).results())
                    .map(text -> "`" + text.group(1) + " already`")
                    // These wait for a place, or are done without one, and are not refused.
                    .filter(text -> !text.equals("`requests are at work already`"))
                    .filter(text -> !text.equals("`tasks wait to be tuned already`"))
                    .toList();

            assertThat(texts).hasSize(8).allSatisfy(text -> assertThat(page).contains(text));
        }
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static String constant(String name) throws ReflectiveOperationException {
        var dot = name.lastIndexOf('.');
        var type = name.substring(0, dot);
        // Addons have packages of their own.
        var prefix = Files.exists(SOURCES.resolve(PACKAGE.replace('.', '/') + type.replace('.', '/') + ".java"))
                ? PACKAGE
                : "dev.icmlora.";
        Field field = Class.forName(prefix + type).getDeclaredField(name.substring(dot + 1));
        field.setAccessible(true);
        return switch (field.get(null)) {
            case Duration time -> Long.toString(time.toSeconds());
            case Number number -> Long.toString(number.longValue());
            default -> throw new AssertionError(name + " is no number");
        };
    }

    private static long number(String text) {
        var match = NUMBER.matcher(text);
        assertThat(match.matches()).as(text).isTrue();
        var unit = match.group(2) == null ? 1 : UNITS.get(match.group(2));
        return Long.parseLong(match.group(1).replace(",", "")) * unit;
    }
}
