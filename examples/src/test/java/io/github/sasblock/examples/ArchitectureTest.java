package io.github.sasblock.examples;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.GeneralCodingRules.ACCESS_STANDARD_STREAMS;
import static com.tngtech.archunit.library.GeneralCodingRules.NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption.DoNotIncludeTests;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;

/**
 * Which of the program's packages may use which. The library is analysed with them, so that it can
 * be seen not to use the program.
 */
@AnalyzeClasses(packages = "io.github.sasblock", importOptions = DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String PROGRAM = "io.github.sasblock.examples..";
    private static final String CLI = "io.github.sasblock.examples.cli..";
    private static final String TRAIN = "io.github.sasblock.examples.train..";
    private static final String PROBLEM = "io.github.sasblock.examples.problem..";
    private static final String PROGRESS = "io.github.sasblock.examples.progress..";
    private static final String REPORT = "io.github.sasblock.examples.report..";

    @ArchTest
    static final ArchRule libraryDoesNotUseTheProgram =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(PROGRAM)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(PROGRAM);

    @ArchTest
    static final ArchRule nothingUsesTheCommandLine =
            noClasses()
                    .that()
                    .resideOutsideOfPackage(CLI)
                    .should()
                    .dependOnClassesThat()
                    .resideInAPackage(CLI);

    @ArchTest
    static final ArchRule problemsUseNothingElse =
            classes()
                    .that()
                    .resideInAPackage(PROBLEM)
                    .should()
                    .onlyDependOnClassesThat()
                    .resideInAnyPackage(PROBLEM, "java..")
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule dataAndReportsDoNotKnowOfTraining =
            noClasses()
                    .that()
                    .resideInAnyPackage(
                            "io.github.sasblock.examples.text..",
                            "io.github.sasblock.examples.tokens..",
                            "io.github.sasblock.examples.builtin..",
                            "io.github.sasblock.examples.lab..",
                            REPORT)
                    .should()
                    .dependOnClassesThat()
                    .resideInAnyPackage(TRAIN, CLI)
                    .allowEmptyShould(true);

    @ArchTest
    static final ArchRule hasNoCycleBetweenPackages =
            slices().matching("io.github.sasblock.examples.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule onlyTheCommandLineReportsAndProgressPrint =
            noClasses()
                    .that()
                    .resideOutsideOfPackages(CLI, REPORT, PROGRESS)
                    .should(ACCESS_STANDARD_STREAMS)
                    .because("who calls the others may want nothing printed");

    @ArchTest static final ArchRule logsThroughSlf4j = NO_CLASSES_SHOULD_USE_JAVA_UTIL_LOGGING;

    @ArchTest
    static final ArchRule doesNotUseJavaSerialization =
            noClasses()
                    .should()
                    .dependOnClassesThat()
                    .belongToAnyOf(ObjectInputStream.class, ObjectOutputStream.class);
}
