package dev.icmlora.spark;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClass.Predicates;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/// It brings client and engine into a cluster, and nothing else of ours.
@AnalyzeClasses(packages = "dev.icmlora.spark", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String[] ALL = {
        "dev.icmlora.spark", "dev.icmlora.client", "java..", "scala..", "org.apache.spark..", "com.fasterxml.jackson.."
    };

    /// The engine's classes are of a newer JDK than a cluster may have: one that asks functions over HTTP loads none.
    @ArchTest
    static final ArchRule WHO_HAS_NO_ENGINE_NEEDS_NONE = classes()
            .that()
            .doNotBelongToAnyOf(EmbeddedEngine.class, EmbeddedAnswers.class, Definition.class)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(ALL);

    @ArchTest
    static final ArchRule AN_ENGINE_IS_SEEN_AS_PROGRAMS_SEE_IT = classes()
            .that()
            .belongToAnyOf(EmbeddedEngine.class, EmbeddedAnswers.class, Definition.class)
            .should()
            .onlyDependOnClassesThat(Predicates.resideInAnyPackage(ALL)
                    .or(Predicates.resideInAnyPackage(
                            "dev.icmlora.engine",
                            "dev.icmlora.engine.task",
                            "dev.icmlora.engine.request",
                            "dev.icmlora.generator.task")));
}
