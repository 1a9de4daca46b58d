package dev.icmlora.capi;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.AddressLayout;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.PaddingLayout;
import java.lang.foreign.SequenceLayout;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.TestInstallation;

/// A native image can only make the calls whose shapes it was told. What it is told has to be what the
/// bindings link: a shape too few fails in the middle of a request, and only there.
///
/// After a change of the bindings, `-Dicmlora.metadata.write=true` writes the file anew.
@Tag("native")
class NativeImageMetadataTest {
    private static final Path FOLDER = Path.of("src/main/resources/META-INF/native-image/dev.icmlora/llama-bindings");
    private static final Path FILE = FOLDER.resolve("reachability-metadata.json");

    /// The interfaces that C calls back through; their methods are looked up by name.
    private static final List<Class<?>> CALLBACKS = List.of(GgmlBackendH.EvalCallback.class, GgmlH.LogCallback.class);

    @BeforeAll
    static void linkEverything() throws Exception {
        TestInstallation.loadLibraries();
        for (String name : classesOfThePackage()) {
            Class.forName(name);
        }
        try (Arena arena = Arena.ofConfined()) {
            GgmlBackendH.EvalCallback.pointer((tensor, ask, data) -> false, arena);
        }
    }

    @Test
    void everyShapeThatIsLinkedIsRegistered() throws IOException {
        String linked = metadata();
        if (Boolean.getBoolean("icmlora.metadata.write")) {
            Files.writeString(FILE, linked);
        }
        assertThat(Files.readString(FILE))
                .as("run this test with -Dicmlora.metadata.write=true and commit %s", FILE)
                .isEqualTo(linked);
    }

    @Test
    void structsGoByValueWithTheirPadding() {
        assertThat(layout(LlamaModelParams.LAYOUT))
                .isEqualTo("struct(void*,void*,jint,jint,jint,jint,jint,padding(4),void*,void*,void*,void*,"
                        + "jboolean,jboolean,jboolean,jboolean,jboolean,jboolean,padding(2))");
    }

    @Test
    void whateverKeepsAHandleIsInitialisedAtRunTime() throws IOException {
        assertThat(Files.readString(FOLDER.resolve("native-image.properties")))
                .contains("--initialize-at-run-time=dev.icmlora.capi,dev.icmlora.ggml,dev.icmlora.llama");
    }

    private static List<String> classesOfThePackage() throws IOException {
        Path classes = Path.of("target/classes");
        try (Stream<Path> files = Files.list(classes.resolve("dev/icmlora/capi"))) {
            return files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.endsWith(".class"))
                    .map(name -> name.replace(".class", "").replace('/', '.'))
                    .toList();
        }
    }

    private static String metadata() {
        return """
                {
                  "reflection": [
                %s
                  ],
                  "foreign": {
                    "downcalls": [
                %s
                    ],
                    "upcalls": [
                %s
                    ]
                  }
                }
                """.formatted(
                CALLBACKS.stream().map(NativeImageMetadataTest::reflection).collect(Collectors.joining(",\n")),
                shapes(Linkage.downcalls()),
                shapes(Linkage.upcalls()));
    }

    private static String reflection(Class<?> callback) {
        String method = Stream.of(callback.getMethods())
                .filter(candidate -> Modifier.isAbstract(candidate.getModifiers()))
                .map(candidate -> "{\"name\": \"%s\", \"parameterTypes\": [%s]}"
                        .formatted(
                                candidate.getName(),
                                Stream.of(candidate.getParameterTypes())
                                        .map(type -> "\"" + type.getName() + "\"")
                                        .collect(Collectors.joining(", "))))
                .collect(Collectors.joining(", "));
        return "    {\"type\": \"%s\", \"methods\": [%s]}".formatted(callback.getName(), method);
    }

    private static String shapes(Set<FunctionDescriptor> descriptors) {
        return descriptors.stream()
                .map(descriptor -> "      {\"returnType\": \"%s\", \"parameterTypes\": [%s]}"
                        .formatted(
                                descriptor
                                        .returnLayout()
                                        .map(NativeImageMetadataTest::layout)
                                        .orElse("void"),
                                descriptor.argumentLayouts().stream()
                                        .map(argument -> "\"" + layout(argument) + "\"")
                                        .collect(Collectors.joining(", "))))
                .distinct()
                .sorted()
                .collect(Collectors.joining(",\n"));
    }

    /// In the notation of GraalVM's metadata.
    private static String layout(MemoryLayout layout) {
        return switch (layout) {
            case AddressLayout _ -> "void*";
            case ValueLayout value -> "j" + value.carrier().getName();
            case PaddingLayout padding -> "padding(%d)".formatted(padding.byteSize());
            case SequenceLayout sequence ->
                "sequence(%d,%s)".formatted(sequence.elementCount(), layout(sequence.elementLayout()));
            case StructLayout struct ->
                struct.memberLayouts().stream()
                        .map(NativeImageMetadataTest::layout)
                        .collect(Collectors.joining(",", "struct(", ")"));
            default -> throw new AssertionError("no notation for " + layout);
        };
    }
}
