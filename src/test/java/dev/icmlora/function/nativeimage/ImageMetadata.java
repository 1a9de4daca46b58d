package dev.icmlora.function.nativeimage;

import java.io.IOException;
import java.io.StringReader;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.function.nativeimage.ApplicationClasses.TextFile;

/// What jars tell GraalVM under `META-INF/native-image`.
///
/// @param runTime packages and classes that are initialised at run time
/// @param buildTime packages and classes that are initialised while the executable is built
/// @param reflection what is registered for reflection, by class
record ImageMetadata(Set<String> runTime, Set<String> buildTime, Map<String, List<JsonNode>> reflection) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FOLDER = "META-INF/native-image/";
    private static final String RUN_TIME = "--initialize-at-run-time=";
    private static final String BUILD_TIME = "--initialize-at-build-time=";

    static ImageMetadata of(ApplicationClasses classes) {
        var files = classes.files(FOLDER).toList();
        return of(
                texts(files, "/native-image.properties"),
                texts(files, "/reflect-config.json", "/reachability-metadata.json"));
    }

    private static Stream<String> texts(List<TextFile> files, String... ends) {
        return files.stream()
                .filter(file -> Stream.of(ends).anyMatch(file.path()::endsWith))
                .map(TextFile::text);
    }

    /// @param options texts of `native-image.properties`
    /// @param registrations texts of `reflect-config.json` and its successor, `reachability-metadata.json`
    static ImageMetadata of(Stream<String> options, Stream<String> registrations) {
        var arguments = options.flatMap(ImageMetadata::arguments).toList();
        return new ImageMetadata(
                values(arguments, RUN_TIME),
                values(arguments, BUILD_TIME),
                registrations
                        .flatMap(ImageMetadata::types)
                        .collect(Collectors.groupingBy(type ->
                                type.path("type").asText(type.path("name").asText()))));
    }

    private static Stream<String> arguments(String text) {
        var options = new Properties();
        try {
            options.load(new StringReader(text));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return Stream.of(
                options.getProperty("Args", "").replaceAll(",\\s+", ",").split("\\s+"));
    }

    private static Set<String> values(List<String> arguments, String option) {
        return arguments.stream()
                .filter(argument -> argument.startsWith(option))
                .flatMap(argument ->
                        Stream.of(argument.substring(option.length()).split(",")))
                .collect(Collectors.toSet());
    }

    private static Stream<JsonNode> types(String text) {
        try {
            var root = JSON.readTree(text);
            var types = root.isArray() ? root : root.path("reflection");
            return StreamSupport.stream(types.spliterator(), false);
        } catch (JsonProcessingException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// What names a class more closely counts.
    ///
    /// @param name with dots
    boolean isInitialisedAtRunTime(String name) {
        return closest(runTime, name) > closest(buildTime, name);
    }

    private static int closest(Set<String> prefixes, String name) {
        return prefixes.stream()
                .filter(prefix -> name.equals(prefix) || name.startsWith(prefix + ".") || name.startsWith(prefix + "$"))
                .mapToInt(String::length)
                .max()
                .orElse(-1);
    }

    /// Whether a class is registered in one of these ways, such as `allDeclaredConstructors`.
    boolean isRegistered(String type, String... ways) {
        return reflection.getOrDefault(type, List.of()).stream()
                .anyMatch(
                        entry -> Stream.of(ways).anyMatch(way -> entry.path(way).asBoolean()));
    }

    /// The names of a class's methods that may be called by reflection; constructors are `<init>`.
    ///
    /// @param all names of all that it has
    List<String> callable(String type, Set<String> all) {
        var names = new ArrayList<String>();
        for (var name : all) {
            var ways = name.equals("<init>")
                    ? new String[] {"allDeclaredConstructors", "allPublicConstructors"}
                    : new String[] {"allDeclaredMethods", "allPublicMethods"};
            if (isRegistered(type, ways) || isListed(type, name)) {
                names.add(name);
            }
        }
        return names;
    }

    private boolean isListed(String type, String method) {
        return reflection.getOrDefault(type, List.of()).stream()
                .flatMap(entry -> StreamSupport.stream(entry.path("methods").spliterator(), false))
                .anyMatch(listed -> listed.path("name").asText().equals(method));
    }
}
