package dev.icmlora.function;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.methods;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import io.smallrye.common.annotation.Blocking;
import io.smallrye.common.annotation.RunOnVirtualThread;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;

import dev.icmlora.engine.request.Spent;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// The module graph of `docs/architecture.md`, as far as the function sees it: dependencies point one way, native code
/// stays behind its bindings, and no package is in a cycle.
@AnalyzeClasses(packages = "dev.icmlora", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String CAPI = "dev.icmlora.capi..";
    private static final String GGML = "dev.icmlora.ggml..";
    private static final String LLAMA = "dev.icmlora.llama..";
    private static final String GENERATOR = "dev.icmlora.generator..";
    private static final String ENGINE = "dev.icmlora.engine..";
    private static final String FUNCTION = "dev.icmlora.function..";
    private static final String OPENAI = "dev.icmlora.openai..";
    private static final String[] FRAMEWORKS = {
        "io.quarkus..",
        "io.smallrye..",
        "io.vertx..",
        "io.micrometer..",
        "io.opentelemetry..",
        "jakarta..",
        "org.eclipse.microprofile.."
    };

    @ArchTest
    static final ArchRule MODULES_DEPEND_DOWNWARDS = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("openai")
            .definedBy(OPENAI)
            .layer("decisions")
            .definedBy("dev.icmlora.decisions..")
            .layer("events")
            .definedBy("dev.icmlora.events..")
            .layer("storage-google")
            .definedBy("dev.icmlora.storage.google..")
            .layer("storage-s3")
            .definedBy("dev.icmlora.storage.s3..")
            .layer("storage-azure")
            .definedBy("dev.icmlora.storage.azure..")
            .layer("storage-local")
            .definedBy("dev.icmlora.storage.local..")
            .layer("mcp")
            .definedBy("dev.icmlora.mcp..")
            .layer("learning")
            .definedBy("dev.icmlora.learning..")
            .layer("adapters")
            .definedBy("dev.icmlora.adapters..")
            .layer("peft")
            .definedBy("dev.icmlora.peft..")
            .layer("function")
            .definedBy(FUNCTION)
            .layer("engine")
            .definedBy(ENGINE)
            .layer("generator")
            .definedBy(GENERATOR)
            .layer("llama")
            .definedBy(LLAMA)
            .layer("ggml")
            .definedBy(GGML)
            .layer("capi")
            .definedBy(CAPI)
            .whereLayer("openai")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("decisions")
            .mayOnlyBeAccessedByLayers("mcp")
            .whereLayer("events")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("storage-google")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("storage-s3")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("storage-azure")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("storage-local")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("mcp")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("learning")
            .mayOnlyBeAccessedByLayers("mcp")
            .whereLayer("adapters")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("peft")
            .mayNotBeAccessedByAnyLayer()
            .whereLayer("function")
            .mayOnlyBeAccessedByLayers(
                    "openai",
                    "decisions",
                    "events",
                    "storage-google",
                    "storage-s3",
                    "storage-azure",
                    "storage-local",
                    "mcp",
                    "learning",
                    "adapters")
            .whereLayer("engine")
            .mayOnlyBeAccessedByLayers("openai", "events", "adapters", "function")
            .whereLayer("generator")
            .mayOnlyBeAccessedByLayers("openai", "events", "adapters", "learning", "peft", "function", "engine")
            .whereLayer("llama")
            .mayOnlyBeAccessedByLayers("openai", "peft", "function", "engine", "generator")
            .whereLayer("ggml")
            .mayOnlyBeAccessedByLayers("peft", "engine", "generator", "llama")
            .whereLayer("capi")
            .mayOnlyBeAccessedByLayers("ggml", "llama");

    @ArchTest
    static final ArchRule NO_PACKAGE_IS_IN_A_CYCLE =
            slices().matching("dev.icmlora.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule ONLY_CAPI_LINKS = noClasses()
            .that()
            .resideOutsideOfPackage(CAPI)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(MethodHandle.class, Linker.class, SymbolLookup.class);

    @ArchTest
    static final ArchRule ONLY_BINDINGS_TOUCH_NATIVE_MEMORY = noClasses()
            .that()
            .resideOutsideOfPackages(CAPI, GGML, LLAMA)
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(MemorySegment.class, Arena.class);

    @ArchTest
    static final ArchRule WHAT_RUNS_A_MODEL_KNOWS_NO_FRAMEWORK = noClasses()
            .that()
            .resideInAnyPackage(CAPI, GGML, LLAMA, GENERATOR, ENGINE)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(FRAMEWORKS);

    @ArchTest
    static final ArchRule THE_FUNCTION_SEES_PLAIN_DATA_OF_LLAMA_ONLY = noClasses()
            .that()
            .resideInAnyPackage(FUNCTION, OPENAI)
            .should()
            .dependOnClassesThat(
                    resideInAPackage(LLAMA).and(not(belongToAnyOf(SamplingOptions.class, ChatMessage.class))));

    /// The event loop serves all other requests, too.
    @ArchTest
    static final ArchRule A_BODY_IS_PARSED_BY_A_THREAD_THAT_MAY_WAIT = methods()
            .that()
            .areAnnotatedWith(POST.class)
            .or()
            .areAnnotatedWith(PUT.class)
            .should()
            .beAnnotatedWith(RunOnVirtualThread.class)
            .orShould()
            .beAnnotatedWith(Blocking.class);

    @ArchTest
    static final ArchRule REQUESTS_AND_REPLIES_ARE_PLAIN_DATA = noClasses()
            .that()
            .resideInAPackage("dev.icmlora.function.api..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(FUNCTION, ENGINE, GENERATOR)
                    .and(not(resideInAPackage("dev.icmlora.function.api..")))
                    .and(not(belongToAnyOf(Task.class, Example.class, Spent.class))));
}
