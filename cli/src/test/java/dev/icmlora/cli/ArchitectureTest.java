package dev.icmlora.cli;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// What starts without PyTorch knows nothing that needs it, and no package is in a cycle.
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

    @ArchTest
    static final ArchRule LIGHT_COMMANDS_KNOW_NO_TRAINER = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.icmlora.cli", "dev.icmlora.cli.function", "dev.icmlora.cli.merge", "dev.icmlora.cli.tasks")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.icmlora.trainer..", "ai.djl..");
}
