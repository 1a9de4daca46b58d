package dev.icmlora.function.nativeimage;

import java.io.IOException;
import java.lang.invoke.MethodType;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

import dev.icmlora.function.nativeimage.ApplicationClasses.Member;
import dev.icmlora.function.nativeimage.Reachability.Method;

/// What stands in place of vendors' methods, as GraalVM finds it: by annotations, name and types.
final class Substitutions {

    private static final List<Path> CLASSES = Stream.of(
                    "main", "../addons/storage-google", "../addons/storage-s3", "../addons/storage-azure")
            .map(module -> Path.of(module, "target/classes"))
            .toList();

    private Substitutions() {}

    /// Each method that a package named `graal` replaces, and what replaces it.
    ///
    /// @throws ReflectiveOperationException if a method to be replaced does not exist
    static Map<Method, Method> read() throws IOException, ReflectiveOperationException {
        var types = new ArrayList<Class<?>>();
        for (var classes : CLASSES) {
            types.addAll(types(classes));
        }
        return of(types);
    }

    /// Those of some classes that may be another library's, by their names.
    ///
    /// @throws ReflectiveOperationException if a method to be replaced does not exist
    static Map<Method, Method> of(String... names) throws ReflectiveOperationException {
        return of(Stream.of(names).<Class<?>>map(Substitutions::loaded).toList());
    }

    private static Map<Method, Method> of(List<Class<?>> types) throws ReflectiveOperationException {
        var substitutes = new HashMap<Method, Method>();
        for (var type : types) {
            for (var method : type.getDeclaredMethods()) {
                if (method.isAnnotationPresent(Substitute.class)) {
                    substitutes.put(method(original(type, method)), method(method));
                }
            }
        }
        return substitutes;
    }

    private static List<Class<?>> types(Path classes) throws IOException {
        try (var files = Files.walk(classes)) {
            return files.map(file -> classes.relativize(file).toString())
                    .filter(name -> name.matches(".*/graal/Target_.*\\.class"))
                    .<Class<?>>map(name -> loaded(name.replace(".class", "").replace('/', '.')))
                    .filter(type -> type.isAnnotationPresent(TargetClass.class))
                    .toList();
        }
    }

    private static java.lang.reflect.Method original(Class<?> type, java.lang.reflect.Method substitute)
            throws ReflectiveOperationException {
        var types = Stream.of(substitute.getParameterTypes())
                .map(Substitutions::target)
                .toArray(Class<?>[]::new);
        var original = target(type).getDeclaredMethod(substitute.getName(), types);
        if (!original.getReturnType().equals(target(substitute.getReturnType()))
                || Modifier.isStatic(original.getModifiers()) != Modifier.isStatic(substitute.getModifiers())) {
            throw new NoSuchMethodException(substitute + " cannot stand for " + original);
        }
        return original;
    }

    private static Class<?> target(Class<?> type) {
        var annotation = type.getAnnotation(TargetClass.class);
        if (annotation == null) {
            return type;
        }
        return annotation.className().isEmpty() ? annotation.value() : loaded(annotation.className());
    }

    private static Class<?> loaded(String name) {
        try {
            return Class.forName(name, false, Substitutions.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static Method method(java.lang.reflect.Method method) {
        var type = MethodType.methodType(method.getReturnType(), method.getParameterTypes());
        return new Method(
                method.getDeclaringClass().getName().replace('.', '/'),
                new Member(method.getName(), type.descriptorString()));
    }
}
