package io.github.sasblock.examples.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Runs the bundle's script with a Java that records how it was called, and with made-up torches.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64", disabledReason = "a bundle is for these")
class BundleScriptTest {

    private static final String JAVA =
            """
#!/bin/sh
[ "$1" != -version ] || { [ -z "${FAKE_JAVA_ERROR:-}" ] || { echo "$FAKE_JAVA_ERROR"; exit 1; }; exit 0; }
for name in PYTORCH_LIBRARY_PATH PYTORCH_VERSION PYTORCH_FLAVOR LD_LIBRARY_PATH DJL_OFFLINE \\
    OPT_OUT_TRACKING RUST_FLAVOR OMP_WAIT_POLICY MALLOC_TOP_PAD_ GLIBC_TUNABLES DJL_CACHE_DIR \\
    TORCH_ALLOW_TF32_CUBLAS_OVERRIDE; do
    eval "echo \\"$name=\\$$name\\""
done
for argument; do echo "argument: <$argument>"; done
exit "${FAKE_EXIT_CODE:-0}"
""";

    private static final String PYTHON =
            """
            #!/bin/sh
            [ -z "${FAKE_TORCH:-}" ] || echo "$FAKE_TORCH"
            """;

    @TempDir Path temp;

    private Path home;
    private Path site;
    private final Map<String, String> environment = new HashMap<>();

    private record Result(int exitCode, List<String> output, List<String> errors) {

        String variable(String name) {
            return output.stream()
                    .filter(line -> line.startsWith(name + "="))
                    .map(line -> line.substring(name.length() + 1))
                    .findFirst()
                    .orElseThrow();
        }
    }

    @BeforeEach
    void unpack() throws IOException {
        home = Files.createDirectories(temp.toRealPath().resolve("un packed/sas-block"));
        Bundle.writeScript(home.resolve("sas"));
        writeProgram(home.resolve("runtime/bin/java"), JAVA);
        for (String flavor : List.of("cpu", "cu128")) {
            write(home.resolve("jni").resolve(flavor).resolve("libdjl_torch.so"), flavor);
        }
        site = temp.toRealPath().resolve("venv/lib/python3.11/site-packages");
        environment.put("PATH", "/usr/bin:/bin");
        environment.put("SAS_PACKAGES_ROOT", temp.resolve("empty").toString());
        environment.put("SAS_PYTHON", temp.resolve("python").toString());
        writeProgram(temp.resolve("python"), PYTHON);
        // The machine's own Python is not to be asked.
        writeProgram(temp.resolve("tools/python3"), PYTHON.replace("FAKE_TORCH", "NO_TORCH"));
        writeProgram(temp.resolve("tools/python"), PYTHON.replace("FAKE_TORCH", "NO_TORCH"));
        environment.put("PATH", temp.resolve("tools") + ":/usr/bin:/bin");
    }

    /** Makes the package torch of a Python installation. */
    private Path torch(String version, String... libraries) throws IOException {
        Path torch = site.resolve("torch");
        write(torch.resolve("version.py"), "debug = False\n__version__ = '" + version + "'\n");
        for (String library : List.of("libc10.so", "libtorch.so", "libtorch_cpu.so")) {
            write(torch.resolve("lib").resolve(library), "");
        }
        for (String library : libraries) {
            write(torch.resolve("lib").resolve(library), "");
        }
        return torch;
    }

    private Path cudaTorch() throws IOException {
        write(site.resolve("nvidia/cuda_runtime/lib/libcudart.so.12"), "");
        write(site.resolve("nvidia/cublas/lib/libcublas.so.12"), "");
        return torch("2.7.1+cu128", "libtorch_cuda.so", "libc10_cuda.so", "libtorch_python.so");
    }

    @Test
    void runsOnTheTorchOfAPython() throws Exception {
        environment.put("FAKE_TORCH", torch("2.7.1+cpu", "libtorch_python.so").toString());
        Result result = run("generate", "a b", "*", "");
        assertThat(result.exitCode()).isZero();
        assertThat(result.errors().get(0))
                .isEqualTo(
                        "sas: libtorch 2.7.1+cpu in "
                                + site.resolve("torch/lib")
                                + " (the torch of "
                                + temp.resolve("python")
                                + ")");
        assertThat(result.errors().get(1))
                .isEqualTo("sas: runs on the CPU: this libtorch has no CUDA");
        assertThat(result.variable("PYTORCH_VERSION")).isEqualTo("2.7.1");
        assertThat(result.variable("PYTORCH_FLAVOR")).isEqualTo("cpu");
        assertThat(result.variable("DJL_OFFLINE")).isEqualTo("true");
        assertThat(result.variable("OPT_OUT_TRACKING")).isEqualTo("true");
        assertThat(result.variable("RUST_FLAVOR")).isEqualTo("cpu");
        assertThat(result.variable("OMP_WAIT_POLICY")).isEqualTo("passive");
        assertThat(result.variable("MALLOC_TOP_PAD_")).isEqualTo("67108864");
        assertThat(result.variable("GLIBC_TUNABLES")).isEqualTo("glibc.malloc.hugetlb=1");
        assertThat(result.output())
                .endsWith(
                        "argument: <" + home + "/lib/*>",
                        "argument: <io.github.sasblock.examples.cli.Sas>",
                        "argument: <generate>",
                        "argument: <a b>",
                        "argument: <*>",
                        "argument: <>");
    }

    @Test
    void linksTheLibrariesBesideTheJniLibrary() throws Exception {
        environment.put("FAKE_TORCH", torch("2.7.1+cpu", "libtorch_python.so").toString());
        Path links = Path.of(run().variable("PYTORCH_LIBRARY_PATH"));
        assertThat(links).startsWith(home.resolve("cache"));
        assertThat(names(links))
                .containsExactlyInAnyOrder(
                        "libc10.so", "libtorch.so", "libtorch_cpu.so", "libdjl_torch.so");
        assertThat(links.resolve("libdjl_torch.so")).hasContent("cpu");
        assertThat(run().variable("PYTORCH_LIBRARY_PATH")).isEqualTo(links.toString());
    }

    @Test
    void linksAgainWhatLeadsNowhere() throws Exception {
        environment.put("FAKE_TORCH", torch("2.7.1+cpu", "libextra.so").toString());
        Path links = Path.of(run().variable("PYTORCH_LIBRARY_PATH"));
        Files.delete(site.resolve("torch/lib/libextra.so"));
        assertThat(run().variable("PYTORCH_LIBRARY_PATH")).isEqualTo(links.toString());
        assertThat(names(links)).doesNotContain("libextra.so");
    }

    @Test
    void runsOnCudaWithTheLibrariesOfPythonsPackages() throws Exception {
        environment.put("FAKE_TORCH", cudaTorch().toString());
        environment.put("PYTORCH_FLAVOR", "cu128");
        Result result = run();
        Path cudart = site.resolve("nvidia/cuda_runtime/lib/libcudart.so.12");
        assertThat(result.errors()).contains("sas: runs on CUDA, with " + cudart);
        Path links = Path.of(result.variable("PYTORCH_LIBRARY_PATH"));
        assertThat(links.resolve("libdjl_torch.so")).hasContent("cu128");
        assertThat(links.resolve("libcudart.so").toRealPath()).isEqualTo(cudart);
        assertThat(links.resolve("libtorch_cuda.so")).exists();
        assertThat(result.variable("LD_LIBRARY_PATH").split(":"))
                .startsWith(links.toString())
                .contains(cudart.getParent().toString())
                .contains(site.resolve("nvidia/cublas/lib").toString())
                .doesNotContain("");
    }

    @Test
    void saysWhereTheCudaRuntimeIsMissing() throws Exception {
        environment.put("FAKE_TORCH", torch("2.7.1+cu128", "libtorch_cuda.so").toString());
        environment.put("PYTORCH_FLAVOR", "cu128");
        assertThat(run().errors())
                .anyMatch(
                        line -> line.startsWith("sas: found no libcudart.so.12: DJL will see no"));
    }

    @Test
    void runsOnTheCpuWhereThereIsNoDriver() throws Exception {
        assumeTrue(!Files.exists(Path.of("/dev/nvidiactl")), "this machine has a driver");
        assumeTrue(!Files.exists(Path.of("/dev/dxg")), "this machine has a driver");
        environment.put("FAKE_TORCH", cudaTorch().toString());
        Result result = run();
        assertThat(result.variable("PYTORCH_FLAVOR")).isEqualTo("cpu");
        assertThat(result.errors())
                .contains("sas: runs on the CPU: there is no NVIDIA driver: no /dev/nvidiactl");
    }

    @ParameterizedTest
    @ValueSource(strings = {"lib", "", "../.."})
    void takesTheLibraryPathFirst(String folder) throws Exception {
        Path torch = torch("2.7.1+cpu");
        Path given = torch.resolve(folder).normalize();
        environment.put("FAKE_TORCH", temp.resolve("another").toString());
        environment.put(
                "PYTORCH_LIBRARY_PATH",
                "/nowhere:" + (folder.equals("../..") ? site : given) + ":/elsewhere");
        assertThat(run().errors().get(0))
                .isEqualTo(
                        "sas: libtorch 2.7.1+cpu in "
                                + torch.resolve("lib")
                                + " (PYTORCH_LIBRARY_PATH)");
    }

    @Test
    void takesAFolderOfDjls() throws Exception {
        Path folder = temp.toRealPath().resolve("2.7.1-20250812-cpu-linux-x86_64");
        write(folder.resolve("libtorch.so"), "");
        environment.put("PYTORCH_LIBRARY_PATH", folder.toString());
        assertThat(run().errors().get(0)).startsWith("sas: libtorch 2.7.1 in " + folder);
    }

    @Test
    void searchesFoldersWherePythonDoesNotRun() throws Exception {
        torch("2.7.1+cpu");
        environment.put("VIRTUAL_ENV", temp.toRealPath().resolve("venv").toString());
        assertThat(run().errors().get(0)).endsWith("(a torch in " + site + ")");
    }

    @Test
    void saysWhereItLookedInVain() throws Exception {
        Result result = run();
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.output()).isEmpty();
        assertThat(result.errors().get(0))
                .startsWith("sas: found no libtorch. Looked for the package torch in: ")
                .contains(temp.resolve("python").toString(), "python3");
        assertThat(String.join(" ", result.errors()))
                .contains("Install PyTorch 2.7.1", "PYTORCH_LIBRARY_PATH");
    }

    @Test
    void refusesAnotherVersionUnlessAskedTo() throws Exception {
        environment.put("FAKE_TORCH", torch("2.6.0+cu124").toString());
        Result result = run();
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errors().get(0))
                .contains("is version 2.6.0+cu124, and this bundle is built for 2.7.1.");
        environment.put("SAS_TORCH_VERSION", "any");
        assertThat(run().exitCode()).isZero();
        environment.remove("SAS_TORCH_VERSION");
        environment.put("FAKE_TORCH", torch("2.7.10").toString());
        assertThat(run().exitCode()).isEqualTo(1);
    }

    @Test
    void letsProductsRoundToTf32WhereAskedTo() throws Exception {
        environment.put("FAKE_TORCH", torch("2.7.1+cpu").toString());
        assertThat(run().variable("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE")).isEmpty();
        environment.put("SAS_TF32", "1");
        assertThat(run().variable("TORCH_ALLOW_TF32_CUBLAS_OVERRIDE")).isEqualTo("1");
    }

    @Test
    void refusesValuesThatAreNotValid() throws Exception {
        environment.put("FAKE_TORCH", torch("2.7.1+cpu").toString());
        environment.put("SAS_TF32", "yes");
        assertThat(run().errors()).containsExactly("sas: SAS_TF32 = yes: expected 0 or 1");
        assertThat(run().exitCode()).isEqualTo(2);
        environment.remove("SAS_TF32");
        environment.put("PYTORCH_FLAVOR", "cu118");
        assertThat(run().errors())
                .containsExactly("sas: PYTORCH_FLAVOR = cu118: expected cpu or cu128");
        assertThat(run().exitCode()).isEqualTo(2);
        environment.put("PYTORCH_FLAVOR", "cu128");
        assertThat(run().errors().get(0)).endsWith("has no CUDA: there is no libtorch_cuda.so");
        environment.put("PYTORCH_LIBRARY_PATH", "/nowhere");
        assertThat(run().exitCode()).isEqualTo(2);
    }

    @Test
    void saysWhyJavaDoesNotRun() throws Exception {
        environment.put("FAKE_TORCH", torch("2.7.1+cpu").toString());
        environment.put("FAKE_JAVA_ERROR", "version GLIBC_2.99 not found");
        Result result = run("self-check");
        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.errors())
                .contains("     version GLIBC_2.99 not found")
                .anyMatch(line -> line.contains("make it with a JDK built for older systems"));
    }

    @Test
    void saysNothingWhenAskedToAndPassesTheExitCode() throws Exception {
        environment.put("FAKE_TORCH", torch("2.7.1+cpu").toString());
        run();
        environment.put("SAS_QUIET", "1");
        environment.put("FAKE_EXIT_CODE", "42");
        Result result = run();
        assertThat(result.errors()).isEmpty();
        assertThat(result.exitCode()).isEqualTo(42);
    }

    @Test
    void shellcheckFindsNothing() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/shellcheck")), "there is no shellcheck");
        Process process =
                new ProcessBuilder("/usr/bin/shellcheck", "-s", "sh", home.resolve("sas") + "")
                        .redirectErrorStream(true)
                        .start();
        assertThat(finish(process).output()).isEmpty();
    }

    private static List<String> names(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private Result run(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of(home.resolve("sas").toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().clear();
        builder.environment().putAll(environment);
        return finish(builder.start());
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

    private static void write(Path file, String text) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
    }

    private static void writeProgram(Path file, String text) throws IOException {
        write(file, text);
        assertThat(file.toFile().setExecutable(true)).isTrue();
    }
}
