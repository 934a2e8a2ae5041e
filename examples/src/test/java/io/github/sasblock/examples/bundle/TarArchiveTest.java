package io.github.sasblock.examples.bundle;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class TarArchiveTest {

    @TempDir Path temp;

    private Path folder() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("folder"));
        Files.writeString(folder.resolve("data"), "some data");
        Files.setPosixFilePermissions(
                folder.resolve("data"), PosixFilePermissions.fromString("rw-------"));
        Files.writeString(Files.createDirectory(folder.resolve("bin")).resolve("run"), "#!/bin/sh");
        Files.setPosixFilePermissions(
                folder.resolve("bin/run"), PosixFilePermissions.fromString("rwx------"));
        Files.createSymbolicLink(folder.resolve("link"), Path.of("bin/run"));
        return folder;
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no permission bits")
    void keepsNamesContentPermissionsAndLinks() throws IOException {
        Path out = temp.resolve("out.tar.gz");
        TarArchive.write(folder(), out);
        List<String> entries = new ArrayList<>();
        try (InputStream file = Files.newInputStream(out);
                TarArchiveInputStream tar =
                        new TarArchiveInputStream(new GzipCompressorInputStream(file))) {
            for (TarArchiveEntry e = tar.getNextEntry(); e != null; e = tar.getNextEntry()) {
                String content = e.isFile() ? new String(tar.readAllBytes(), UTF_8) : "";
                entries.add(
                        String.format(
                                "%s %o %s%s", e.getName(), e.getMode(), e.getLinkName(), content));
            }
        }
        assertThat(entries)
                .containsExactly(
                        "folder/ 755 ",
                        "folder/bin/ 755 ",
                        "folder/bin/run 755 #!/bin/sh",
                        "folder/data 644 some data",
                        "folder/link 755 bin/run");
    }

    @Test
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "it has no permission bits")
    void theSameFilesGiveTheSameBytes() throws IOException {
        Path folder = folder();
        TarArchive.write(folder, temp.resolve("first"));
        Files.setLastModifiedTime(folder.resolve("data"), FileTime.fromMillis(1));
        TarArchive.write(folder, temp.resolve("second"));
        assertThat(temp.resolve("second")).hasSameBinaryContentAs(temp.resolve("first"));
    }

    @Test
    void aBundleIsForTheMachineThatMakesIt() {
        Bundle.requirePlatform("Linux", "amd64");
        assertThatThrownBy(() -> Bundle.requirePlatform("Mac OS X", "aarch64"))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageEndingWith("is for Linux x86_64; this is Mac OS X aarch64");
    }
}
