package dev.icmlora.langchain4j;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// Of ours it brings the client alone, of LangChain4j the core.
@AnalyzeClasses(packages = "dev.icmlora.langchain4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule KNOWS_THE_CLIENT_AND_LANGCHAIN4J = classes()
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "dev.icmlora.langchain4j",
                    "dev.icmlora.client",
                    "java..",
                    "com.fasterxml.jackson..",
                    "dev.langchain4j..");
}
