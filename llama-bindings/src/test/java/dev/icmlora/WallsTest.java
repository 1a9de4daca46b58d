package dev.icmlora;

import static com.tngtech.archunit.base.DescribedPredicate.anyElementThat;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasModifiers.Predicates.modifier;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noMethods;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

@AnalyzeClasses(packages = "dev.icmlora", importOptions = ImportOption.DoNotIncludeTests.class)
class WallsTest {
    private static final DescribedPredicate<JavaClass> NATIVE_MEMORY = DescribedPredicate.describe(
            "native memory", type -> type.isAssignableTo(MemorySegment.class) || type.isAssignableTo(Arena.class));

    private static final DescribedPredicate<JavaClass> PUBLIC =
            modifier(JavaModifier.PUBLIC).forSubtype();

    @ArchTest
    static final ArchRule dependenciesPointOneWay = noClasses()
            .that()
            .resideInAPackage("dev.icmlora.capi")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.icmlora.ggml", "dev.icmlora.llama");

    @ArchTest
    static final ArchRule ggmlKnowsNothingOfLlama = noClasses()
            .that()
            .resideInAPackage("dev.icmlora.ggml")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.icmlora.llama");

    @ArchTest
    static final ArchRule onlyCapiLinks = noClasses()
            .that()
            .resideOutsideOfPackage("dev.icmlora.capi")
            .should()
            .dependOnClassesThat()
            .areAssignableTo(MethodHandle.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Linker.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(SymbolLookup.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(FunctionDescriptor.class);

    @ArchTest
    static final ArchRule nothingButTheJdkIsNeeded = classes()
            .that()
            .resideInAPackage("dev.icmlora..")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage("dev.icmlora..", "java..");

    @ArchTest
    static final ArchRule noNativeMemoryInTheExportedInterface = noMethods()
            .that()
            .areDeclaredInClassesThat(
                    resideInAnyPackage("dev.icmlora.ggml", "dev.icmlora.llama").and(PUBLIC))
            .and()
            .arePublic()
            .should()
            .haveRawReturnType(NATIVE_MEMORY)
            .orShould()
            .haveRawParameterTypes(anyElementThat(NATIVE_MEMORY));
}
