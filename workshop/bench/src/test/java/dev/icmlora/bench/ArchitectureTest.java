package dev.icmlora.bench;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Benchmarks measure the engine, and the function from outside, on tasks of the suite too.
@AnalyzeClasses(packages = "dev.icmlora.bench", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule NO_PACKAGE_CYCLES =
            slices().matching("dev.icmlora.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule KNOWS_ONLY_WHAT_IS_BELOW = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.icmlora.function..",
                    "dev.icmlora.trainer..",
                    "dev.icmlora.evaluation..",
                    "dev.icmlora.cli..",
                    "dev.icmlora.commands..",
                    "io.quarkus..",
                    "jakarta..",
                    "io.vertx..");

    /// HttpClient hands over there what it received. It has a thread less than the machine has processors: on two, one
    /// task that sleeps keeps back every answer, and the times of all of them are wrong.
    @ArchTest
    static final ArchRule THE_COMMON_POOL_IS_FOR_WHAT_NEVER_WAITS = noClasses()
            .should()
            .callMethod(CompletableFuture.class, "supplyAsync", Supplier.class)
            .orShould()
            .callMethod(CompletableFuture.class, "runAsync", Runnable.class);
}
