package dev.icmlora.tasks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Tasks know nothing that runs or trains a model, and no package is in a cycle.
@AnalyzeClasses(packages = "dev.icmlora.tasks", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES =
            slices().matching("dev.icmlora.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule KNOWS_ONLY_WHAT_IS_BELOW = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.icmlora.engine..",
                    "dev.icmlora.trainer..",
                    "dev.icmlora.evaluation..",
                    "dev.icmlora.cli..",
                    "dev.icmlora.commands..",
                    "dev.icmlora.llama..",
                    "ai.djl..",
                    "dev.icmlora.function..",
                    "io.quarkus..",
                    "jakarta..",
                    "io.vertx..");
}
