package io.github.sasblock;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaModifier.ABSTRACT;
import static com.tngtech.archunit.core.domain.JavaModifier.FINAL;
import static com.tngtech.archunit.lang.conditions.ArchConditions.be;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

/**
 * What the library's classes may use: of others, DJL's interface alone; of each other, downward.
 */
@AnalyzeClasses(packages = "io.github.sasblock", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String KERNEL = "kernel";
    private static final String NN = "nn";
    private static final String SAFETENSORS = "safetensors";
    private static final String ATTENTION = "attention";
    private static final String SAS = "sas";
    private static final String TRANSFORMER = "transformer";

    // The packages of the artifact ai.djl:api, which also brings org.slf4j. Engines, data sets and
    // tokenizers have packages of their own under ai.djl.
    @ArchTest
    static final ArchRule dependsOnDjlsInterfaceAlone =
            classes()
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(
                            "io.github.sasblock..",
                            "java..",
                            "ai.djl",
                            "ai.djl.engine..",
                            "ai.djl.inference..",
                            "ai.djl.metric..",
                            "ai.djl.modality..",
                            "ai.djl.ndarray..",
                            "ai.djl.nn..",
                            "ai.djl.repository..",
                            "ai.djl.training..",
                            "ai.djl.translate..",
                            "ai.djl.util..",
                            "org.slf4j..");

    @ArchTest
    static final ArchRule dependsDownwardOnly =
            layeredArchitecture()
                    .consideringOnlyDependenciesInLayers()
                    .withOptionalLayers(true)
                    .layer(TRANSFORMER)
                    .definedBy("io.github.sasblock.transformer..")
                    .layer(SAS)
                    .definedBy("io.github.sasblock.sas..")
                    .layer(ATTENTION)
                    .definedBy("io.github.sasblock.attention..")
                    .layer(KERNEL)
                    .definedBy("io.github.sasblock.kernel..")
                    .layer(NN)
                    .definedBy("io.github.sasblock.nn..")
                    .layer(SAFETENSORS)
                    .definedBy("io.github.sasblock.safetensors..")
                    .whereLayer(TRANSFORMER)
                    .mayOnlyAccessLayers(SAS, ATTENTION, NN, KERNEL, SAFETENSORS)
                    .whereLayer(SAS)
                    .mayOnlyAccessLayers(ATTENTION, NN, KERNEL)
                    .whereLayer(ATTENTION)
                    .mayOnlyAccessLayers(NN, KERNEL)
                    .whereLayer(NN)
                    .mayOnlyAccessLayers(KERNEL)
                    .whereLayer(KERNEL)
                    .mayNotAccessAnyLayer()
                    .whereLayer(SAFETENSORS)
                    .mayNotAccessAnyLayer()
                    .ensureAllClassesAreContainedInArchitecture();

    @ArchTest
    static final ArchRule hasNoCycleBetweenPackages =
            slices().matching("io.github.sasblock.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule publicClassesAreClosedOrMadeToBeExtended =
            classes()
                    .that()
                    .arePublic()
                    .and()
                    .areNotEnums()
                    .should()
                    .haveModifier(FINAL)
                    .orShould()
                    .haveModifier(ABSTRACT)
                    .orShould(be(sealed()));

    @ArchTest static final ArchRule doesNotPrint = NO_CLASSES_SHOULD_ACCESS_STANDARD_STREAMS;

    @ArchTest static final ArchRule logsThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule doesNotUseJavaSerialization =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class);

    private static DescribedPredicate<JavaClass> sealed() {
        return describe("sealed", javaClass -> javaClass.reflect().isSealed());
    }
}
