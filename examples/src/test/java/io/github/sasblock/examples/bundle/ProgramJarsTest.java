package io.github.sasblock.examples.bundle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ProgramJarsTest {

    @TempDir Path folder;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ai/djl/Model.class",
                "META-INF/services/ai.djl.engine.EngineProvider",
                "native/lib/linux-x86_64/cpu/libtokenizers.so",
                "linux/amd64/libzstd-jni-1.5.7-6.so",
                "com/sun/jna/linux-x86-64/libjnidispatch.so",
                "org/jline/nativ/Linux/x86_64/libjlinenative.so",
                "libraries/anywhere.so"
            })
    void keepsWhatThePlatformNeeds(String name) {
        assertThat(ProgramJars.isKept(name)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "native/lib/linux-aarch64/cpu/libtokenizers.so",
                "native/lib/osx-aarch64/cpu/libtokenizers.dylib",
                "native/lib/win-x86_64/cpu/tokenizers.dll",
                "linux/i386/libzstd-jni-1.5.7-6.so",
                "win/amd64/libzstd-jni-1.5.7-6.dll",
                "com/sun/jna/linux-x86/libjnidispatch.so",
                "com/sun/jna/aix-ppc/libjnidispatch.a",
                "com/sun/jna/darwin-x86-64/libjnidispatch.jnilib",
                "com/sun/jna/win32-x86-64/jnidispatch.dll",
                "org/jline/nativ/Mac/arm64/libjlinenative.jnilib"
            })
    void leavesOutTheNativeLibrariesOfOthers(String name) {
        assertThat(ProgramJars.isKept(name)).isFalse();
    }

    @Test
    void leavesOutLibtorchAndTakesTheJniLibrariesOutOfTheirJar() throws IOException {
        jar("pytorch-native-cpu-2.7.1-linux-x86_64.jar", "pytorch/libtorch.so");
        jar(
                "pytorch-jni-2.7.1-0.35.1.jar",
                "jnilib/linux-x86_64/cpu/libdjl_torch.so",
                "jnilib/linux-x86_64/cu128/libdjl_torch.so",
                "jnilib/linux-aarch64/cpu/libdjl_torch.so",
                "jnilib/win-x86_64/cu128/djl_torch.dll");
        jar("program.jar", "Main.class", "win/amd64/other.dll");
        ProgramJars jars = ProgramJars.of(classPath());
        Path out = folder.resolve("out");
        jars.copyTo(out.resolve("lib"));
        List<String> flavors = jars.extractJni(out.resolve("jni"));

        assertThat(flavors).containsExactlyInAnyOrder("cpu", "cu128");
        assertThat(out.resolve("jni/cu128/libdjl_torch.so"))
                .hasContent("jnilib/linux-x86_64/cu128/libdjl_torch.so");
        try (Stream<Path> files = Files.list(out.resolve("lib"))) {
            assertThat(files).containsExactly(out.resolve("lib/program.jar"));
        }
        try (ZipFile copy = new ZipFile(out.resolve("lib/program.jar").toFile())) {
            assertThat(copy.stream().map(ZipEntry::getName)).containsExactly("Main.class");
            assertThat(copy.getInputStream(copy.getEntry("Main.class")).readAllBytes())
                    .asString()
                    .isEqualTo("Main.class");
        }
    }

    @Test
    void refusesAClassPathWithFoldersOrWithoutTheJniLibrary() throws IOException {
        assertThatThrownBy(() -> ProgramJars.of(folder.toString()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(folder + ", expected jars");
        jar("program.jar", "Main.class");
        assertThatThrownBy(() -> ProgramJars.of(classPath()))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("there is no pytorch-jni-*.jar");
    }

    private void jar(String name, String... entries) throws IOException {
        try (ZipOutputStream jar =
                new ZipOutputStream(Files.newOutputStream(folder.resolve(name)))) {
            for (String entry : entries) {
                jar.putNextEntry(new ZipEntry(entry));
                jar.write(entry.getBytes(StandardCharsets.UTF_8));
            }
        }
    }

    private String classPath() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return String.join(
                    File.pathSeparator,
                    files.filter(f -> f.toString().endsWith(".jar")).map(Path::toString).toList());
        }
    }
}
