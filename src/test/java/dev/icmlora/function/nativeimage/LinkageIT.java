package dev.icmlora.function.nativeimage;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.classfile.CodeModel;
import java.lang.classfile.MethodModel;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.NewObjectInstruction;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.nativeimage.ApplicationClasses.ReadClass;
import dev.icmlora.function.nativeimage.Reachability.Method;

/// What GraalVM would complain of, of the jars as they are packaged: Quarkus has it resolve whatever a reachable method
/// names, and initialise whatever is not excepted, while it builds the executable.
@Tag("native")
class LinkageIT {

    private static final List<String> STORES = List.of(
            "dev/icmlora/storage/google/GoogleStore",
            "dev/icmlora/storage/s3/S3Store",
            "dev/icmlora/storage/azure/AzureStore");
    private static final List<String> VENDORS =
            List.of("com/azure/", "com/google/", "com/microsoft/", "com/sun/jna/", "software/amazon/");
    /// What is looked for in static initialisers, which run while the executable is built: what was not found then
    /// is not reachable. And what Quarkus or GraalVM puts in place itself.
    private static final Map<String, String> NOT_REACHED = Map.of(
            "io.micrometer.context.", "reactor's ContextPropagation",
            "org.apache.commons.compress.", "httpclient5's ContentCodecRegistry",
            "org.apache.log4j.", "Quarkus replaces Netty's choice of a logger",
            "org.apache.logging.log4j.", "Quarkus replaces Netty's choice of a logger, and JBoss'",
            "org.jboss.modules.", "Quarkus replaces the log manager's JDKSpecific",
            "org.graalvm.nativeimage.", "GraalVM's own");
    private static final List<String> REPLACED = List.of("com/fasterxml/", "io/netty/", "io/quarkus/", "io/vertx/");
    /// Quarkus writes another class of this name for an executable, and leaves its inner ones, which nothing comes to.
    private static final String LEFT_ALONE = "io/netty/util/internal/CleanerJava9$";

    private static final String SERVICES = "META-INF/services/";

    private static ApplicationClasses classes;
    private static ImageMetadata metadata;
    private static Reachability reachability;

    @BeforeAll
    static void follow() throws Exception {
        classes = new ApplicationClasses(packaged());
        metadata = ImageMetadata.of(classes);
        reachability = follow(Substitutions.read());
    }

    /// The jar's folder; with `-Pnative`, what native-image was given.
    private static Path packaged() throws IOException {
        try (var folders = Files.list(Path.of("target"))) {
            return folders.filter(folder ->
                            folder.endsWith("quarkus-app") || folder.toString().endsWith("-native-image-source-jar"))
                    .max(Comparator.naturalOrder())
                    .orElseThrow();
        }
    }

    @AfterAll
    static void close() throws IOException {
        classes.close();
    }

    private static Reachability follow(Map<Method, Method> substituted) {
        var followed = new Reachability(classes, substituted, providers());
        for (var name : STORES) {
            classes.find(name)
                    .orElseThrow()
                    .methods()
                    .keySet()
                    .forEach(member -> followed.enter(new Method(name, member)));
        }
        for (var type : metadata.reflection().keySet()) {
            var name = type.replace('.', '/');
            if (VENDORS.stream().anyMatch(name::startsWith) && isWhole(name)) {
                var methods = classes.find(name).orElseThrow().methods().keySet();
                var names =
                        methods.stream().map(ApplicationClasses.Member::name).collect(Collectors.toSet());
                var callable = metadata.callable(type, names);
                methods.stream()
                        .filter(member -> callable.contains(member.name()))
                        .forEach(member -> followed.enter(new Method(name, member)));
            }
        }
        return followed;
    }

    private static boolean isWhole(String name) {
        return classes.supertypes(name).stream()
                .allMatch(type -> classes.find(type).isPresent());
    }

    private static Map<String, List<String>> providers() {
        var providers = new HashMap<String, List<String>>();
        classes.files(SERVICES)
                .forEach(service -> providers
                        .computeIfAbsent(
                                service.path().substring(SERVICES.length()).replace('.', '/'), _ -> new ArrayList<>())
                        .addAll(service.text()
                                .lines()
                                .map(line ->
                                        line.replaceFirst("#.*", "").strip().replace('.', '/'))
                                .filter(line -> !line.isEmpty())
                                .toList()));
        return providers;
    }

    @Test
    void whateverAStoreMayNameIsThere() {
        var missing = new TreeMap<String, String>();
        var excepted = new TreeSet<String>();
        reachability
                .missing()
                .forEach((name, from) -> NOT_REACHED.keySet().stream()
                        .filter(name::startsWith)
                        .findFirst()
                        .ifPresentOrElse(excepted::add, () -> missing.put(name, reachability.path(from))));
        assertThat(missing).as("named and not there, and how it is come to").isEmpty();
        assertThat(excepted).as("still to be excepted").isEqualTo(NOT_REACHED.keySet());
    }

    /// This test would see it, were something not there.
    @Test
    void whatIsSubstitutedIsNotThere() {
        assertThat(follow(Map.of()).missing().keySet())
                .contains(
                        "com.google.api.gax.grpc.GrpcCallContext",
                        "com.google.api.gax.grpc.GrpcStatusCode",
                        "com.google.appengine.api.urlfetch.URLFetchService",
                        "com.nimbusds.jose.util.StandardCharset",
                        "org.conscrypt.Conscrypt",
                        "software.amazon.awssdk.crt.auth.signing.AwsSigner",
                        "software.amazon.awssdk.crt.checksums.CRC64NVME");
    }

    @Test
    void whatCannotBeStoredIsMadeAtRunTime() {
        assertThat(early(metadata::isInitialisedAtRunTime)).isEmpty();
    }

    /// Azure's client keeps an HTTP client, and its token cache a library of the system.
    @Test
    void whatCannotBeStoredIsSeen() {
        assertThat(early(_ -> false))
                .containsKeys(
                        "com.azure.core.http.jdk.httpclient.JdkHttpClientProvider$GlobalJdkAsyncHttpClient",
                        "com.microsoft.aad.msal4jextensions.persistence.linux.ISecurityLibrary");
    }

    /// Classes that make what cannot be stored while the executable is built, and what.
    ///
    /// @param excepted whether a class is initialised at run time
    private static Map<String, String> early(Predicate<String> excepted) {
        var early = new TreeMap<String, String>();
        for (var type : reachability.initialised()) {
            var name = type.replace('/', '.');
            if (VENDORS.stream().anyMatch(type::startsWith) && !excepted.test(name)) {
                EarlyInitialisation.of(type, classes, _ -> false).ifPresent(what -> early.put(name, what));
            }
        }
        return early;
    }

    @Test
    void noInitialiserOfOursUsesWhatWaitsForRunTime() {
        assertThat(hurried(metadata::isInitialisedAtRunTime)).isEmpty();
    }

    /// The engine keeps a type of ggml.
    @Test
    void whatAnInitialiserOfOursUsesIsSeen() {
        assertThat(hurried(name -> name.startsWith("dev.icmlora.ggml.")))
                .containsEntry("dev.icmlora.engine.tune.FrozenWeights", "dev.icmlora.ggml.GgmlType");
    }

    /// Classes of ours whose initialisers run while the executable is built, and use one that must wait.
    private static Map<String, String> hurried(Predicate<String> waiting) {
        var hurried = new TreeMap<String, String>();
        classes.below("dev/icmlora/").map(ReadClass::name).forEach(type -> {
            var name = type.replace('/', '.');
            if (!waiting.test(name)) {
                EarlyInitialisation.of(type, classes, waiting).ifPresent(used -> hurried.put(name, used));
            }
        });
        return hurried;
    }

    /// Netty, Jackson and Vert.x are newer than those that Quarkus comes with, and than what they or Quarkus call.
    @Test
    void noClassCallsAMethodThatItsLibraryLacks() {
        var lacking = new TreeMap<String, String>();
        REPLACED.stream()
                .flatMap(classes::below)
                .filter(type -> !type.name().startsWith(LEFT_ALONE))
                .forEach(type -> type.methods().forEach((member, method) -> {
                    var caller = new Method(type.name(), member);
                    calls(method)
                            .filter(LinkageIT::isLacking)
                            .forEach(called ->
                                    lacking.put(called + called.member().descriptor(), caller.toString()));
                }));
        assertThat(lacking).as("what is called and not there, and by whom").isEmpty();
    }

    private static Stream<Method> calls(MethodModel method) {
        return method.code().stream().flatMap(CodeModel::elementStream).mapMulti((element, calls) -> {
            if (element instanceof InvokeInstruction call) {
                calls.accept(new Method(call.owner().asInternalName(), Reachability.member(call.method())));
            }
        });
    }

    /// Of a class that is there with all that it is made of.
    private static boolean isLacking(Method called) {
        var owner = called.owner();
        return classes.find(owner).filter(type -> !type.isOfJdk()).isPresent()
                && isWhole(owner)
                && classes.supertypes(owner).stream()
                        .noneMatch(type ->
                                classes.find(type).orElseThrow().methods().containsKey(called.member()));
    }

    /// Nobody brings OpenSSL, which Netty's classes for it cannot be linked without.
    @Test
    void nettysOpenSslIsReplacedWhereverItIsMade() throws Exception {
        var context = classes.find("io/netty/handler/ssl/SslContext").orElseThrow();
        var making = context.methods().entrySet().stream()
                .filter(method -> method.getValue().code().stream()
                        .flatMap(CodeModel::elementStream)
                        .anyMatch(element -> element instanceof NewObjectInstruction creation
                                && creation.className()
                                        .asInternalName()
                                        .startsWith("io/netty/handler/ssl/ReferenceCountedOpenSsl")))
                .map(method -> new Method(context.name(), method.getKey()))
                .toList();

        var replaced = new HashMap<>(Substitutions.read());
        replaced.putAll(Substitutions.of("io.quarkus.netty.runtime.graal.Target_io_netty_handler_ssl_SslContext"));
        assertThat(making).hasSizeGreaterThan(1);
        assertThat(replaced.keySet()).containsAll(making);
    }

    /// It would have to be registered. What Quarkus serves and reads itself, it registers itself.
    @Test
    void noCodeOfOursLoadsResources() {
        var loading = classes.below("dev/icmlora/")
                .filter(type -> type.methods().values().stream()
                        .flatMap(method -> method.code().stream())
                        .flatMap(CodeModel::elementStream)
                        .anyMatch(element -> element instanceof InvokeInstruction call
                                && call.name().stringValue().startsWith("getResource")))
                .map(ReadClass::name);
        assertThat(loading).isEmpty();
    }
}
