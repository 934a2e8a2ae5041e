package io.github.sasblock.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs {@code bin/sas} in a copy of the checkout's layout, with a Maven and a Java that only record
 * how they were called, and with nothing on PATH beyond the tools that the launcher may use.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "bin/sas is a script for sh")
class LauncherTest {

    private static final List<String> TOOLS =
            List.of(
                    "sh",
                    "date",
                    "dirname",
                    "find",
                    "head",
                    "mkdir",
                    "mv",
                    "readlink",
                    "rm",
                    "sed",
                    "sleep",
                    "tail");

    private static final String MAVEN =
            """
#!/bin/sh
[ "$2" != -v ] || { echo "Apache Maven ${FAKE_MAVEN_VERSION:-3.9.11} (0123abc)"; exit; }
echo "${0##*/} $*" >>builds
sleep "${FAKE_BUILD_SECONDS:-0}"
[ -z "${FAKE_BUILD_ERROR:-}" ] || { echo "$FAKE_BUILD_ERROR"; exit 1; }
mkdir -p examples/target/lib
cd examples/target
for jar in sas-block-examples-1.0.jar sas-block-examples-1.0-sources.jar \\
    lib/sas-block-1.0.jar lib/pytorch-jni-1.0.jar lib/pytorch-native-cpu-1.0-any.jar
do
    : >"$jar"
done
""";

    private static final String JAVA =
            """
            #!/bin/sh
            [ "$1" != -version ] || {
                echo 'Picked up JAVA_TOOL_OPTIONS: -Dname="version"' >&2
                echo "openjdk version \\"${FAKE_JAVA_VERSION:-17.0.15}\\" 2025-04-15" >&2
                exit
            }
            echo "program: $0"
            echo "process: $$"
            echo "folder: $PWD"
            echo "tracking opted out: $OPT_OUT_TRACKING"
            echo "pages: $GLIBC_TUNABLES, at once: $MALLOC_TOP_PAD_"
            for argument; do echo "argument: <$argument>"; done
            exit "${FAKE_EXIT_CODE:-0}"
            """;

    @TempDir Path temp;

    private Path home;
    private Path tools;
    private Path launcher;
    private final Map<String, String> environment = new HashMap<>();

    @BeforeEach
    void layOut() throws IOException {
        home = Files.createDirectory(temp.toRealPath().resolve("check out"));
        for (String source :
                List.of(
                        "pom.xml",
                        "sas-block/pom.xml",
                        "sas-block/src/main/java/Block.java",
                        "examples/pom.xml",
                        "examples/src/main/java/Program.java",
                        "examples/src/main/java/Helper.java",
                        "examples/src/main/resources/words.txt")) {
            write(home.resolve(source), "as it was");
        }
        launcher = home.resolve("bin/sas");
        writeProgram(launcher, Files.readString(checkout().resolve("bin/sas")));
        write(home.resolve("mvnw"), MAVEN);
        setAge(home, Duration.ofHours(2));

        tools = Files.createDirectory(temp.resolve("tools"));
        for (String tool : TOOLS) {
            lend(tool);
        }
        writeProgram(tools.resolve("mvn"), MAVEN);
        writeProgram(tools.resolve("java"), JAVA);
        environment.put("PATH", tools.toString());
    }

    @Test
    void buildsWhatIsMissingAndSaysSo() throws Exception {
        Result result = run();
        assertThat(result.errors()).hasSize(2);
        assertThat(result.errors().get(0))
                .startsWith("sas: building, because there is no finished build")
                .endsWith("log: " + home.resolve("examples/target/sas-build.log"));
        assertThat(result.errors().get(1)).matches("sas: built in \\d+ s");
        assertThat(result.exitCode()).isZero();
        assertThat(builds())
                .singleElement()
                .asString()
                .startsWith("mvn -q -B -pl examples -am package -Dmaven.test.skip=true");
    }

    @Test
    void doesNotBuildAgainAndIsSilentWhileTheBuildIsFresh() throws Exception {
        buildLongAgo();
        assertThat(run().errors()).isEmpty();
        assertThat(builds()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "pom.xml",
                "sas-block/pom.xml",
                "sas-block/src/main/java/Block.java",
                "examples/pom.xml",
                "examples/src/main/java/Program.java",
                "examples/src/main/resources/words.txt"
            })
    void buildsAgainAfterAChangeAndNamesIt(String source) throws Exception {
        buildLongAgo();
        write(home.resolve(source), "as it is now");
        assertThat(run().errors().get(0)).startsWith("sas: building, because " + source);
        assertThat(run().errors()).isEmpty();
        assertThat(builds()).hasSize(2);
    }

    @Test
    void buildsAgainAfterASourceWasRemoved() throws Exception {
        buildLongAgo();
        Files.delete(home.resolve("examples/src/main/java/Helper.java"));
        run();
        assertThat(builds()).hasSize(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sas-block-examples-1.0.jar", "lib", "sas-build.stamp"})
    void buildsAgainWhereAPartOfTheBuildIsGone(String part) throws Exception {
        buildLongAgo();
        Path path = home.resolve("examples/target").resolve(part);
        Files.move(path, temp.resolve("gone"));
        assertThat(run().exitCode()).isZero();
        assertThat(builds()).hasSize(2);
    }

    @Test
    void leavesNoJarOfAnOlderVersionOnTheClassPath() throws Exception {
        buildLongAgo();
        write(home.resolve("examples/target/lib/sas-block-0.9.jar"), "");
        write(home.resolve("examples/target/sas-block-examples-0.9.jar"), "");
        write(home.resolve("pom.xml"), "version 1.0");
        assertThat(run().classPath())
                .containsExactlyInAnyOrder(
                        "sas-block-examples-1.0.jar",
                        "sas-block-1.0.jar",
                        "pytorch-jni-1.0.jar",
                        "pytorch-native-cpu-1.0-any.jar");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flock", "perl"})
    void buildsOnceWhereSeveralStartAtOnce(String lock) throws Exception {
        assumeTrue(onPath(lock).isPresent(), () -> "no " + lock + " on this machine");
        lend(lock);
        environment.put("FAKE_BUILD_SECONDS", "0.5");
        List<Process> processes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            processes.add(start(home, launcher));
        }
        for (Process process : processes) {
            assertThat(finish(process).exitCode()).isZero();
        }
        assertThat(builds()).hasSize(1);
    }

    @Test
    void showsTheEndOfTheLogOfAFailedBuildAndBuildsAgainNextTime() throws Exception {
        environment.put("FAKE_BUILD_ERROR", "Program.java:[1,1] class expected");
        Result failed = run();
        assertThat(failed.exitCode()).isEqualTo(1);
        assertThat(failed.output()).isEmpty();
        assertThat(failed.errors())
                .contains(
                        "Program.java:[1,1] class expected",
                        "sas: the build failed; its whole log: "
                                + home.resolve("examples/target/sas-build.log"));
        environment.remove("FAKE_BUILD_ERROR");
        assertThat(run().exitCode()).isZero();
    }

    @ParameterizedTest
    @CsvSource({"3.6.2,mvnw", "3.6.3,mvn", "3.10.0,mvn", "4.0.0-rc-4,mvn"})
    void buildsWithTheWrapperWhereMavenIsTooOld(String version, String expected) throws Exception {
        environment.put("FAKE_MAVEN_VERSION", version);
        run();
        assertThat(builds()).singleElement().asString().startsWith(expected + " ");
    }

    @Test
    void buildsWithTheWrapperWhereThereIsNoMaven() throws Exception {
        Files.delete(tools.resolve("mvn"));
        run();
        assertThat(builds()).singleElement().asString().startsWith("mvnw ");
    }

    @Test
    void runsFromAnotherFolderThroughSymbolicLinks() throws Exception {
        Path elsewhere = Files.createDirectories(temp.toRealPath().resolve("else/where"));
        Path absolute = Files.createSymbolicLink(elsewhere.resolve("absolute"), launcher);
        Path relative =
                Files.createSymbolicLink(temp.resolve("relative"), temp.relativize(absolute));
        Result result = finish(start(elsewhere, relative));
        assertThat(result.output()).contains("folder: " + elsewhere);
        assertThat(result.exitCode()).isZero();
        assertThat(builds()).as("builds of the launcher's own checkout").hasSize(1);
    }

    @Test
    void passesArgumentsUnchanged() throws Exception {
        assertThat(run("pretrain", "a b", "*", "", "it's \"$HOME\"", "--").output())
                .endsWith(
                        "argument: <io.github.sasblock.examples.cli.Sas>",
                        "argument: <pretrain>",
                        "argument: <a b>",
                        "argument: <*>",
                        "argument: <>",
                        "argument: <it's \"$HOME\">",
                        "argument: <-->");
    }

    @Test
    void passesTheExitCode() throws Exception {
        environment.put("FAKE_EXIT_CODE", "42");
        assertThat(run().exitCode()).isEqualTo(42);
    }

    @Test
    void becomesTheProgramSoThatSignalsReachIt() throws Exception {
        Process process = start(home, launcher);
        assertThat(finish(process).output()).contains("process: " + process.pid());
    }

    @ParameterizedTest
    @ValueSource(strings = {"1.8.0_292", "11.0.2", "16"})
    void refusesAnOldJava(String version) throws Exception {
        environment.put("FAKE_JAVA_VERSION", version);
        Result result = run();
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errors())
                .containsExactly(
                        "sas: Java 17 or newer is needed, but %s is %s; set JAVA_HOME to a newer one"
                                .formatted(tools.resolve("java"), version));
        assertThat(builds()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"17", "21.0.1", "26-ea"})
    void takesANewerJava(String version) throws Exception {
        environment.put("FAKE_JAVA_VERSION", version);
        assertThat(run().exitCode()).isZero();
    }

    @Test
    void takesTheJavaOfJavaHomeFirst() throws Exception {
        Path java = temp.resolve("jdk/bin/java");
        writeProgram(java, JAVA);
        environment.put("JAVA_HOME", temp.resolve("jdk").toString());
        assertThat(run().output()).contains("program: " + java);
    }

    @Test
    void saysWhereThereIsNoJava() throws Exception {
        Files.delete(tools.resolve("java"));
        Result nowhere = run();
        assertThat(nowhere.exitCode()).isEqualTo(1);
        assertThat(nowhere.errors())
                .containsExactly(
                        "sas: no java on PATH and JAVA_HOME is not set:"
                                + " install a JDK, 17 or newer");
        environment.put("JAVA_HOME", "/no/jdk");
        assertThat(run().errors())
                .containsExactly(
                        "sas: JAVA_HOME is /no/jdk, but there is no program at"
                                + " /no/jdk/bin/java");
    }

    @Test
    void leavesOutTheNativeLibraryForCpusWhenAskedTo() throws Exception {
        environment.put("SAS_NATIVE", "none");
        assertThat(run().classPath())
                .contains("pytorch-jni-1.0.jar")
                .doesNotContain("pytorch-native-cpu-1.0-any.jar");
    }

    @Test
    void refusesAnUnknownNativeLibrary() throws Exception {
        environment.put("SAS_NATIVE", "gpu");
        Result result = run();
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.errors()).containsExactly("sas: SAS_NATIVE = gpu: expected cpu or none");
    }

    @Test
    void refusesWhatIsNoChoiceOfTf32() throws Exception {
        environment.put("SAS_TF32", "yes");
        Result result = run();
        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.errors()).containsExactly("sas: SAS_TF32 = yes: expected 0 or 1");
    }

    @Test
    void putsTheUsersJvmOptionsAfterTheDefaultOnes() throws Exception {
        environment.put("SAS_JAVA_OPTS", "-Xmx4g -Dname=value");
        assertThat(run().output())
                .containsSubsequence(
                        "argument: <-Xmx1g>",
                        "argument: <-Xmx4g>",
                        "argument: <-Dname=value>",
                        "argument: <-cp>");
    }

    @Test
    void optsOutOfTrackingUnlessTheUserOptsIn() throws Exception {
        assertThat(run().output()).contains("tracking opted out: true");
        environment.put("OPT_OUT_TRACKING", "false");
        assertThat(run().output()).contains("tracking opted out: false");
    }

    @Test
    void asksForHugePagesUnlessTheUserHasTunablesOfTheirOwn() throws Exception {
        assertThat(run().output()).contains("pages: glibc.malloc.hugetlb=1, at once: 67108864");
        environment.put("GLIBC_TUNABLES", "glibc.malloc.check=1");
        assertThat(run().output()).contains("pages: glibc.malloc.check=1, at once: 67108864");
    }

    private record Result(int exitCode, List<String> output, List<String> errors) {

        List<String> classPath() {
            String path = output.get(output.indexOf("argument: <-cp>") + 1);
            return Stream.of(path.substring("argument: <".length(), path.length() - 1).split(":"))
                    .map(jar -> Path.of(jar).getFileName().toString())
                    .toList();
        }
    }

    private Result run(String... arguments) throws Exception {
        return finish(start(home, launcher, arguments));
    }

    private Process start(Path folder, Path program, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(program.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
        builder.environment().clear();
        builder.environment().putAll(environment);
        return builder.start();
    }

    // What a process prints here is far less than a pipe holds.
    private static Result finish(Process process) throws Exception {
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("ends in a minute").isTrue();
        try (var output = process.inputReader();
                var errors = process.errorReader()) {
            return new Result(
                    process.exitValue(), output.lines().toList(), errors.lines().toList());
        }
    }

    // Builds, and then moves the build between the sources and what is written from now on.
    private void buildLongAgo() throws Exception {
        assertThat(run().exitCode()).isZero();
        Path stamp = home.resolve("examples/target/sas-build.stamp");
        Files.setLastModifiedTime(stamp, FileTime.from(Instant.now().minus(Duration.ofHours(1))));
    }

    private List<String> builds() throws IOException {
        Path record = home.resolve("builds");
        return Files.exists(record) ? Files.readAllLines(record) : List.of();
    }

    private void lend(String tool) throws IOException {
        Path program = onPath(tool).orElseThrow(() -> new IOException("no " + tool + " on PATH"));
        writeProgram(tools.resolve(tool), "#!/bin/sh\nexec '" + program + "' \"$@\"\n");
    }

    private static Optional<Path> onPath(String tool) {
        return Stream.of(System.getenv("PATH").split(File.pathSeparator))
                .map(folder -> Path.of(folder, tool))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void writeProgram(Path file, String text) throws IOException {
        write(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }

    private static void setAge(Path folder, Duration age) throws IOException {
        FileTime time = FileTime.from(Instant.now().minus(age));
        try (Stream<Path> files = Files.walk(folder)) {
            files.forEach(
                    file -> {
                        try {
                            Files.setLastModifiedTime(file, time);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                    });
        }
    }

    private static Path checkout() {
        Path folder = Path.of("").toAbsolutePath();
        while (!Files.exists(folder.resolve("bin/sas"))) {
            folder = folder.getParent();
        }
        return folder;
    }
}
