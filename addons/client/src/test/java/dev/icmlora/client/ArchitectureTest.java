package dev.icmlora.client;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// The client goes into other people's programs: it brings no other module of ours, and no framework.
@AnalyzeClasses(packages = "dev.icmlora.client", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule KNOWS_JACKSON_AND_NOTHING_OF_OURS = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.icmlora.client",
                    "java..",
                    "com.fasterxml.jackson..",
                    "com.fasterxml.classmate..",
                    "com.github.victools..");
}
