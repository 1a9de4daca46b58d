package dev.icmlora.function;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import java.lang.foreign.Arena;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The walls between the modules: dependencies point one way, and native code stays behind its bindings.
@AnalyzeClasses(packages = "dev.icmlora", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String CAPI = "dev.icmlora.capi..";
    private static final String GGML = "dev.icmlora.ggml..";
    private static final String LLAMA = "dev.icmlora.llama..";
    private static final String GENERATOR = "dev.icmlora.generator..";
    private static final String FUNCTION = "dev.icmlora.function..";

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
    static final ArchRule CAPI_KNOWS_NOBODY = noClasses()
            .that()
            .resideInAPackage(CAPI)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(GGML, LLAMA);

    @ArchTest
    static final ArchRule GGML_DOES_NOT_KNOW_LLAMA = noClasses()
            .that()
            .resideInAPackage(GGML)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(LLAMA);

    @ArchTest
    static final ArchRule BINDINGS_KNOW_NO_USER = noClasses()
            .that()
            .resideInAnyPackage(CAPI, GGML, LLAMA)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(GENERATOR, FUNCTION);

    @ArchTest
    static final ArchRule THE_METHOD_KNOWS_NO_FRAMEWORK = noClasses()
            .that()
            .resideInAnyPackage(CAPI, GGML, LLAMA, GENERATOR)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(FUNCTION, "io.quarkus..", "jakarta..", "org.eclipse.microprofile..", "io.vertx..");

    @ArchTest
    static final ArchRule THE_FUNCTION_DOES_NOT_REACH_THE_C_API = noClasses()
            .that()
            .resideInAPackage(FUNCTION)
            .should()
            .dependOnClassesThat()
            .resideInAPackage(CAPI);

    @ArchTest
    static final ArchRule REQUESTS_AND_REPLIES_ARE_PLAIN_DATA = noClasses()
            .that()
            .resideInAPackage("dev.icmlora.function.api..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(GGML, LLAMA, GENERATOR, "dev.icmlora.function.service..");
}
