package dev.icmlora.function.nativeimage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassFile.DebugElementsOption;
import java.lang.classfile.ClassFile.LineNumbersOption;
import java.lang.classfile.ClassModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/// The classes of the packaged function, and the JDK's: read, not loaded. Names are as class files have them,
/// `java/util/List`.
final class ApplicationClasses implements AutoCloseable {

    private static final String SUFFIX = ".class";
    /// What a jar has for newer Java than its other classes: JEP 238.
    private static final String OTHER_VERSIONS = "META-INF/versions/";
    private static final ClassFile FORMAT =
            ClassFile.of(DebugElementsOption.DROP_DEBUG, LineNumbersOption.DROP_LINE_NUMBERS);

    private final List<ZipFile> jars = new ArrayList<>();
    private final Map<String, ZipFile> places = new HashMap<>();
    private final Map<String, Optional<ReadClass>> read = new HashMap<>();
    private final Map<String, Set<String>> supertypes = new HashMap<>();

    /// Those of all jars in a folder.
    ApplicationClasses(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.filter(each -> each.toString().endsWith(".jar"))
                    .sorted()
                    .toList()) {
                var jar = new ZipFile(file.toFile());
                jars.add(jar);
                jar.stream()
                        .map(ZipEntry::getName)
                        .filter(name -> name.endsWith(SUFFIX) && !name.startsWith(OTHER_VERSIONS))
                        .forEach(name -> places.putIfAbsent(name.substring(0, name.length() - SUFFIX.length()), jar));
            }
        }
    }

    /// A method or field, by what tells it apart within its class.
    record Member(String name, String descriptor) {
        @Override
        public String toString() {
            return name + descriptor;
        }
    }

    /// @param isOfJdk whether the JDK brings it, and no jar of the function does
    record ReadClass(
            String name,
            boolean isOfJdk,
            Optional<String> superclass,
            List<String> interfaces,
            Map<Member, MethodModel> methods,
            Set<Member> fields) {

        private static ReadClass of(ClassModel model, boolean isOfJdk) {
            return new ReadClass(
                    model.thisClass().asInternalName(),
                    isOfJdk,
                    model.superclass().map(ClassEntry::asInternalName),
                    model.interfaces().stream().map(ClassEntry::asInternalName).toList(),
                    model.methods().stream()
                            .collect(Collectors.toMap(
                                    method -> new Member(
                                            method.methodName().stringValue(),
                                            method.methodType().stringValue()),
                                    method -> method)),
                    model.fields().stream()
                            .map(field -> new Member(
                                    field.fieldName().stringValue(),
                                    field.fieldType().stringValue()))
                            .collect(Collectors.toSet()));
        }
    }

    Optional<ReadClass> find(String name) {
        var known = read.get(name);
        if (known == null) {
            known = read(name);
            read.put(name, known);
        }
        return known;
    }

    /// The classes of a package and of those below it.
    Stream<ReadClass> below(String folder) {
        return places.keySet().stream().filter(name -> name.startsWith(folder)).flatMap(name -> find(name).stream());
    }

    private Optional<ReadClass> read(String name) {
        var jar = places.get(name);
        try (var bytes = jar == null
                ? ClassLoader.getPlatformClassLoader().getResourceAsStream(name + SUFFIX)
                : jar.getInputStream(jar.getEntry(name + SUFFIX))) {
            return bytes == null
                    ? Optional.empty()
                    : Optional.of(ReadClass.of(FORMAT.parse(bytes.readAllBytes()), jar == null));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// A class, its superclasses, and then the interfaces of all of them. A name among them may be missing.
    Set<String> supertypes(String name) {
        var known = supertypes.get(name);
        if (known == null) {
            known = new LinkedHashSet<>();
            var chain = new ArrayList<String>();
            for (var next = Optional.of(name);
                    next.isPresent();
                    next = find(next.get()).flatMap(ReadClass::superclass)) {
                chain.add(next.get());
            }
            known.addAll(chain);
            for (var each : chain) {
                for (var type : find(each).map(ReadClass::interfaces).orElse(List.of())) {
                    known.addAll(supertypes(type));
                }
            }
            known.add("java/lang/Object");
            supertypes.put(name, known);
        }
        return known;
    }

    /// A file in a jar.
    record TextFile(String path, String text) {}

    /// The files below a folder in all jars.
    Stream<TextFile> files(String folder) {
        return jars.stream()
                .flatMap(jar -> jar.stream()
                        .filter(entry -> !entry.isDirectory() && entry.getName().startsWith(folder))
                        .map(entry -> new TextFile(entry.getName(), text(jar, entry))));
    }

    private static String text(ZipFile jar, ZipEntry entry) {
        try (var in = jar.getInputStream(entry)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() throws IOException {
        for (var jar : jars) {
            jar.close();
        }
    }
}
