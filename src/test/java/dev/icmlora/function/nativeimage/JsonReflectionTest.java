package dev.icmlora.function.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.CodeModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.instruction.ConstantInstruction.LoadConstantInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.quarkus.funqy.Funq;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.HttpMethod;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.http.JsonBody;

/// In a native executable Jackson sees the members of registered classes only. Quarkus registers what functions and
/// resources take and return, and what that holds; all else says so itself. [dev.icmlora.function.NativeReady] asks the
/// same of what tests really send.
@Tag("native")
class JsonReflectionTest {

    private static final List<Path> CLASSES = Stream.of(
                    "main",
                    "../addons/openai",
                    "../addons/decisions",
                    "../addons/events",
                    "../addons/mcp",
                    "../addons/learning",
                    "../addons/adapters")
            .map(module -> Path.of(module, "target/classes"))
            .toList();
    private static final String OURS = "dev.icmlora.";
    private static final String BODIES = "dev.icmlora.function.api";
    private static final String JACKSON = "com/fasterxml/jackson/databind/Object";

    private static List<Path> files;
    private static List<Class<?>> classes;

    @BeforeAll
    static void load() throws IOException {
        files = new ArrayList<>();
        classes = new ArrayList<>();
        for (var folder : CLASSES) {
            try (var all = Files.walk(folder)) {
                all.filter(file -> file.toString().endsWith(".class")).forEach(file -> {
                    files.add(file);
                    var name = folder.relativize(file).toString();
                    classes.add(loaded(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.')));
                });
            }
        }
    }

    private static Class<?> loaded(String name) {
        try {
            return Class.forName(name, false, JsonReflectionTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void everyRecordThatJsonReadsOrWritesIsRegistered() {
        var bodies = classes.stream()
                .filter(type -> type.isRecord() && type.getPackageName().equals(BODIES));
        var seen = whole(Stream.concat(bodies, Stream.concat(annotated(), literals())));
        assertThat(seen).hasSizeGreaterThan(20).isSubsetOf(registered());
    }

    private static Set<String> registered() {
        var registered = whole(classes.stream()
                .flatMap(type -> Stream.of(type.getDeclaredMethods()))
                .filter(JsonReflectionTest::isServed)
                .flatMap(JsonReflectionTest::signature));
        annotated().map(Class::getName).forEach(registered::add);
        return registered;
    }

    private static Stream<Class<?>> annotated() {
        return classes.stream()
                .filter(type -> type.isAnnotationPresent(RegisterForReflection.class))
                .<Class<?>>flatMap(type -> {
                    var annotation = type.getAnnotation(RegisterForReflection.class);
                    var targets = annotation.targets().length == 0 ? new Class<?>[] {type} : annotation.targets();
                    return Stream.of(targets)
                            .<Class<?>>flatMap(target -> annotation.ignoreNested() ? Stream.of(target) : nest(target));
                });
    }

    private static Stream<Class<?>> nest(Class<?> type) {
        return Stream.concat(
                Stream.of(type), Stream.of(type.getDeclaredClasses()).flatMap(JsonReflectionTest::nest));
    }

    private static boolean isServed(Method method) {
        return method.isAnnotationPresent(Funq.class)
                || Stream.of(method.getAnnotations())
                        .anyMatch(each -> each.annotationType().isAnnotationPresent(HttpMethod.class));
    }

    private static Stream<Class<?>> signature(Method method) {
        return Stream.concat(Stream.of(method.getGenericReturnType()), Stream.of(method.getGenericParameterTypes()))
                .flatMap(JsonReflectionTest::ours);
    }

    /// Classes of ours that a method names which has Jackson read or write.
    private static Stream<Class<?>> literals() {
        return files.stream()
                .flatMap(file -> parsed(file).methods().stream())
                .flatMap(method -> method.code().stream())
                .filter(JsonReflectionTest::usesJackson)
                .flatMap(CodeModel::elementStream)
                .filter(element -> element instanceof LoadConstantInstruction load
                        && load.constantEntry() instanceof ClassEntry type
                        && type.asInternalName().startsWith(OURS.replace('.', '/')))
                .map(element -> ((ClassEntry) ((LoadConstantInstruction) element).constantEntry()).asInternalName())
                .<Class<?>>map(name -> loaded(name.replace('/', '.')));
    }

    private static ClassModel parsed(Path file) {
        try {
            return ClassFile.of().parse(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean usesJackson(CodeModel code) {
        return code.elementStream()
                .anyMatch(element -> element instanceof InvokeInstruction call
                        && (call.owner().asInternalName().startsWith(JACKSON)
                                || call.owner()
                                        .asInternalName()
                                        .equals(JsonBody.class.getName().replace('.', '/'))));
    }

    /// With what records among them hold.
    private static Set<String> whole(Stream<Class<?>> types) {
        var all = new TreeSet<String>();
        var waiting = new ArrayDeque<Class<?>>(types.collect(Collectors.toSet()));
        while (!waiting.isEmpty()) {
            var type = waiting.pop();
            if (all.add(type.getName()) && type.isRecord()) {
                Stream.of(type.getRecordComponents())
                        .filter(component -> !component.getAccessor().isAnnotationPresent(JsonIgnore.class))
                        .map(RecordComponent::getGenericType)
                        .flatMap(JsonReflectionTest::ours)
                        .forEach(waiting::push);
            }
        }
        return all;
    }

    private static Stream<Class<?>> ours(Type type) {
        return switch (type) {
            case Class<?> plain when plain.getName().startsWith(OURS) -> Stream.of(plain);
            case ParameterizedType generic ->
                Stream.concat(
                        ours(generic.getRawType()),
                        Stream.of(generic.getActualTypeArguments()).flatMap(JsonReflectionTest::ours));
            default -> Stream.empty();
        };
    }
}
