package dev.icmlora.commands;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The workshop sees the function from outside, and no package is in a cycle.
@AnalyzeClasses(packages = "dev.icmlora.commands", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES =
            slices().matching("dev.icmlora.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule KNOWS_ONLY_WHAT_IS_BELOW = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.icmlora.function..", "dev.icmlora.bench..", "io.quarkus..", "jakarta..", "io.vertx..");
}
