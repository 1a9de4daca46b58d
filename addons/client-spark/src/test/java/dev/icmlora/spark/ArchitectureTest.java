package dev.icmlora.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// It brings the client into a cluster, and nothing else of ours.
@AnalyzeClasses(packages = "dev.icmlora.spark", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule KNOWS_SPARK_AND_THE_CLIENT = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.icmlora.spark",
                    "dev.icmlora.client",
                    "java..",
                    "scala..",
                    "org.apache.spark..",
                    "com.fasterxml.jackson..");
}
