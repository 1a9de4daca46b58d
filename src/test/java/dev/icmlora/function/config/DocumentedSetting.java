package dev.icmlora.function.config;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// A setting as the comment above its method describes it.
///
/// @param value its default, as Markdown
record DocumentedSetting(Setting setting, String value, String meaning) {

    private static final List<Path> SOURCES = List.of(
            Path.of("main/java"),
            Path.of("../addons/events/src/main/java"),
            Path.of("../addons/learning/src/main/java"));
    private static final String DEFAULT = "Default: ";

    /// The settings of a mapping, in the order of its source.
    static Stream<DocumentedSetting> of(Class<?> mapping) {
        var source = source(mapping);
        return of(mapping, mapping.getAnnotation(ConfigMapping.class).prefix(), source, "    ");
    }

    private static Stream<DocumentedSetting> of(Class<?> type, String prefix, String source, String indent) {
        return Arrays.stream(type.getDeclaredMethods())
                .sorted(Comparator.comparing(
                        method -> declaration(method, source, indent).start()))
                .flatMap(method -> of(method, prefix + "." + kebab(method.getName()), source, indent));
    }

    private static Stream<DocumentedSetting> of(Method method, String key, String source, String indent) {
        var group = method.getReturnType();
        if (group.isInterface() && group.isMemberClass()) {
            return of(group, key, body(group, source), indent + "    ");
        }
        var comment = declaration(method, source, indent)
                .group("comment")
                .replaceAll("(?m)^ */// ?", "")
                .strip()
                .replaceAll("\\s+", " ");
        var split = comment.indexOf(DEFAULT);
        var meaning = split < 0 ? comment : comment.substring(0, split).strip();
        var stated = split < 0
                ? Optional.<String>empty()
                : Optional.of(comment.substring(split + DEFAULT.length()).replaceAll("\\.$", ""));
        var value = Optional.ofNullable(method.getAnnotation(WithDefault.class))
                .map(annotated -> "`" + annotated.value() + "`")
                .or(() -> stated)
                .orElseThrow(() -> new AssertionError("the comment above " + method + " states no default"));
        var name = method.getReturnType().equals(Map.class) ? key + ".NAME" : key;
        return Stream.of(new DocumentedSetting(new Setting(name), value, meaning));
    }

    private static MatchResult declaration(Method method, String source, String indent) {
        var form = "(?m)^(?<comment>(?:%1$s///.*\\n)*)(?:%1$s@.*\\n)*%1$s[\\w<>., ]+ %2$s\\(\\);$"
                .formatted(indent, method.getName());
        return Pattern.compile(form)
                .matcher(source)
                .results()
                .findFirst()
                .orElseThrow(() -> new AssertionError(method + " is not in the source as it is expected to be"));
    }

    private static String body(Class<?> group, String source) {
        var start = source.indexOf("interface " + group.getSimpleName() + " {");
        return source.substring(start, source.indexOf("\n    }", start));
    }

    private static String source(Class<?> mapping) {
        var file = mapping.getName().replace('.', '/') + ".java";
        try {
            return Files.readString(SOURCES.stream()
                    .map(folder -> folder.resolve(file))
                    .filter(Files::exists)
                    .findFirst()
                    .orElseThrow());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String kebab(String name) {
        return name.replaceAll("([A-Z])", "-$1").toLowerCase(Locale.ROOT);
    }

    String row() {
        return "| `%s` | %s | %s |".formatted(setting.variable(), value, meaning);
    }
}
