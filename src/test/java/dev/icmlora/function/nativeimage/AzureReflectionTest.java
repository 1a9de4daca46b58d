package dev.icmlora.function.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;

import com.azure.core.annotation.UnexpectedResponseExceptionType;
import com.azure.core.util.ExpandableStringEnum;
import com.azure.storage.blob.BlobServiceClient;
import com.azure.xml.XmlSerializable;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Azure's client makes by reflection what it answers with: the types that the methods of its HTTP interfaces name. A
/// native executable can do so only for those that are registered, by the vendor or by us.
@Tag("native")
class AzureReflectionTest {

    private static final String AZURE = "com.azure.";
    private static final String BLOBS = "META-INF/native-image/com.azure/azure-storage-blob/";
    private static final String CORE = "META-INF/native-image/com.azure/azure-core/";
    private static final String OURS = "META-INF/native-image/dev.icmlora/storage-azure/";

    private static ImageMetadata metadata;

    @BeforeAll
    static void read() throws IOException {
        metadata = ImageMetadata.of(
                Stream.empty(),
                Stream.of(
                        resource(BLOBS + "reflect-config.json"),
                        resource(CORE + "reflect-config.json"),
                        resource(OURS + "reachability-metadata.json")));
    }

    private static String resource(String path) throws IOException {
        try (var in = AzureReflectionTest.class.getClassLoader().getResourceAsStream(path)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    @Test
    void exceptionsCanBeMade() throws Exception {
        var exceptions = operations()
                .flatMap(method -> Stream.of(method.getAnnotationsByType(UnexpectedResponseExceptionType.class)))
                .map(UnexpectedResponseExceptionType::value)
                .collect(Collectors.toSet());
        assertThat(exceptions).isNotEmpty();
        var types = new TreeSet<String>();
        for (var exception : exceptions) {
            types.add(exception.getName());
            // Its body's type is that of its value.
            types.add(exception.getMethod("getValue").getReturnType().getName());
        }
        assertThat(types).allMatch(AzureReflectionTest::isWhole);
    }

    @Test
    void answersCanBeMade() throws Exception {
        var answers = operations()
                .flatMap(method -> classes(method.getGenericReturnType()))
                .filter(type -> type.getName().startsWith(AZURE) && !type.isInterface())
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(answers).isNotEmpty().allMatch(AzureReflectionTest::isWhole);
    }

    @Test
    void bodiesCanBeWritten() throws Exception {
        var bodies = operations()
                .flatMap(method -> Stream.of(method.getGenericParameterTypes()))
                .flatMap(AzureReflectionTest::classes)
                .filter(XmlSerializable.class::isAssignableFrom)
                .map(Class::getName)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(bodies).isNotEmpty().allMatch(AzureReflectionTest::isWhole);
    }

    @Test
    void valuesOfOpenEnumerationsCanBeMade() throws Exception {
        var location =
                BlobServiceClient.class.getProtectionDomain().getCodeSource().getLocation();
        Set<String> enumerations;
        try (var jar = new JarFile(location.getPath())) {
            enumerations = jar.stream()
                    .map(ZipEntry::getName)
                    .filter(name -> name.matches("com/azure/.*/models/[A-Za-z]+\\.class"))
                    .map(name -> loaded(name.replace(".class", "").replace('/', '.')))
                    .filter(ExpandableStringEnum.class::isAssignableFrom)
                    .map(Class::getName)
                    .collect(Collectors.toCollection(TreeSet::new));
        }
        assertThat(enumerations).isNotEmpty().allMatch(name -> metadata.isRegistered(name, "allDeclaredConstructors"));
    }

    /// The methods of the interfaces that the client has proxies of.
    private static Stream<Method> operations() throws IOException {
        var proxies = new ObjectMapper().readValue(resource(BLOBS + "proxy-config.json"), String[][].class);
        return Stream.of(proxies)
                .flatMap(Stream::of)
                .map(AzureReflectionTest::loaded)
                .flatMap(type -> Stream.of(type.getDeclaredMethods()));
    }

    private static Stream<Class<?>> classes(Type type) {
        return switch (type) {
            case Class<?> plain -> Stream.of(plain);
            case ParameterizedType generic ->
                Stream.concat(
                        classes(generic.getRawType()),
                        Stream.of(generic.getActualTypeArguments()).flatMap(AzureReflectionTest::classes));
            case WildcardType any -> Stream.of(any.getUpperBounds()).flatMap(AzureReflectionTest::classes);
            default -> Stream.empty();
        };
    }

    private static boolean isWhole(String name) {
        return metadata.isRegistered(name, "allDeclaredConstructors")
                && metadata.isRegistered(name, "allDeclaredMethods");
    }

    private static Class<?> loaded(String name) {
        try {
            return Class.forName(name, false, AzureReflectionTest.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }
}
