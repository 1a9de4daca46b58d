package dev.icmlora.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The command line sees the function from outside, and no package is in a cycle.
@AnalyzeClasses(packages = "dev.icmlora.cli", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES =
            slices().matching("dev.icmlora.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule KNOWS_ONLY_WHAT_IS_BELOW = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.icmlora.function..", "io.quarkus..", "jakarta..", "io.vertx..");
}
