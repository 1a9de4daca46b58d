package dev.icmlora.trainer;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The trainer knows no command line, what `make train` runs knows nothing of the paper, and no package is in a cycle.
@AnalyzeClasses(packages = "dev.icmlora.trainer", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES =
            slices().matching("dev.icmlora.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule KNOWS_ONLY_WHAT_IS_BELOW = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.icmlora.evaluation..",
                    "dev.icmlora.cli..",
                    "dev.icmlora.commands..",
                    "picocli..",
                    "dev.icmlora.function..",
                    "io.quarkus..",
                    "jakarta..",
                    "io.vertx..");

    @ArchTest
    static final ArchRule WHAT_IS_SERVED_IS_TRAINED_WITHOUT_THE_PAPER = noClasses()
            .that()
            .resideOutsideOfPackage("dev.icmlora.trainer.paper..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.icmlora.trainer.paper..");
}
