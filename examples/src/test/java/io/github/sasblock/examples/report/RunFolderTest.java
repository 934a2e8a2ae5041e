package io.github.sasblock.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunFolderTest {

    @TempDir Path temp;

    @Test
    void theLockOfARunThatWroteNothingIsNotInTheWay() throws IOException {
        Path left = Files.createDirectory(temp.resolve("left"));
        Files.createFile(left.resolve("run.lock"));
        assertThat(RunFolder.create(left).path()).isEqualTo(left);
    }

    @Test
    void isMadeWithItsParentsAndLeftEmpty() throws IOException {
        Path path = temp.resolve("runs/arxiv/sas");
        RunFolder folder = RunFolder.create(path);
        assertThat(folder.path()).isEqualTo(path).isEmptyDirectory();
    }

    @Test
    void anEmptyFolderIsTaken() {
        assertThat(RunFolder.create(temp).path()).isEmptyDirectory();
    }

    @Test
    void namesEachFileOfARun() {
        RunFolder folder = RunFolder.create(temp);
        assertThat(folder.config()).isEqualTo(temp.resolve("config.json"));
        assertThat(folder.metrics()).isEqualTo(temp.resolve("metrics.jsonl"));
        assertThat(folder.summary()).isEqualTo(temp.resolve("summary.json"));
        assertThat(folder.lossSvg()).isEqualTo(temp.resolve("loss.svg"));
        assertThat(folder.lossPng()).isEqualTo(temp.resolve("loss.png"));
        assertThat(folder.checkpoints()).isEqualTo(temp.resolve("checkpoints"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"config.json", "metrics.jsonl", "summary.json", "checkpoints"})
    void theFolderOfAnotherRunIsRefused(String name) throws IOException {
        Files.writeString(temp.resolve(name), "of another run");
        Files.writeString(temp.resolve("a note"), "");
        assertThatThrownBy(() -> RunFolder.create(temp))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "output folder %s: it holds another run (%s, a note); expected a new or an"
                                + " empty folder, or --resume to go on with that run",
                        temp, name);
        assertThat(temp.resolve(name)).hasContent("of another run");
    }

    @Test
    void aFolderThatHoldsAnythingIsRefused() throws IOException {
        for (String name : List.of("a", "b", "c", "d", ".hidden")) {
            Files.createFile(temp.resolve(name));
        }
        assertThatThrownBy(() -> RunFolder.create(temp))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("it is not empty (.hidden, a, b and 2 more)");
        assertThat(names()).hasSize(5);
    }

    @Test
    void aFileIsRefused() throws IOException {
        Path file = Files.writeString(temp.resolve("run"), "mine");
        assertThatThrownBy(() -> RunFolder.create(file))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("output folder " + file + ": it is not a folder");
        assertThat(file).hasContent("mine");
    }

    @Test
    void aPathBelowAFileIsRefused() throws IOException {
        Path file = Files.writeString(temp.resolve("file"), "mine");
        assertThatThrownBy(() -> RunFolder.create(file.resolve("runs/sas")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(file + " is not a folder");
        assertThat(file).hasContent("mine");
    }

    @Test
    void aLinkThatLeadsNowhereIsRefused() throws IOException {
        Path link = temp.resolve("link");
        Files.createSymbolicLink(link, temp.resolve("nowhere"));
        assertThatThrownBy(() -> RunFolder.create(link.resolve("sas")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(link + " is not a folder");
    }

    @Test
    void aFileSystemThatRefusesFilesIsRefused() {
        Path proc = Path.of("/proc/self");
        assumeTrue(Files.isDirectory(proc), "there is no /proc here");
        assertThatThrownBy(() -> RunFolder.create(proc.resolve("sas")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("output folder /proc/self/sas: it cannot be made");
    }

    @Test
    void aFolderThatRefusesFilesIsRefused() throws IOException {
        // Empty, with permission bits that let root write, yet no file can be made in it.
        Path folder = Path.of("/proc/sys/fs/binfmt_misc");
        assumeTrue(Files.isDirectory(folder) && isEmpty(folder), "there is no such folder here");
        assertThatThrownBy(() -> RunFolder.create(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("output folder " + folder + ": it ")
                .hasMessageContaining("expected a new or an empty folder");
    }

    @Test
    void aReadOnlyFolderIsRefused() throws IOException {
        Path folder = Files.createDirectory(temp.resolve("locked"));
        assumeTrue(folder.toFile().setWritable(false), "permissions cannot be set here");
        assumeTrue(!Files.isWritable(folder), "permissions do not bind this user");
        assertThatThrownBy(() -> RunFolder.create(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("it is read-only");
        assertThatThrownBy(() -> RunFolder.create(folder.resolve("sas")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("it cannot be made");
    }

    @Test
    void aRunIsOpenedAndResumed() throws IOException {
        RunFolder.create(temp).writeJson("config.json", Map.of());
        assertThat(RunFolder.open(temp).path()).isEqualTo(temp);
        assertThat(RunFolder.resume(temp).path()).isEqualTo(temp);
        assertThat(names()).containsExactly("config.json");
    }

    @Test
    void onlyARunIsOpened() {
        assertThatThrownBy(() -> RunFolder.open(temp))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "run folder %s: holds no config.json; expected the output folder of a run",
                        temp);
        assertThatThrownBy(() -> RunFolder.resume(temp.resolve("missing")))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("is not a folder; expected the output folder of a run");
    }

    @Test
    void writesIndentedJson() throws IOException {
        Map<String, Object> value = new LinkedHashMap<>();
        value.put("layers", 4);
        value.put("rate", Double.NaN);
        value.put("range", new double[] {0.5, Double.POSITIVE_INFINITY});
        value.put("decay", Float.NEGATIVE_INFINITY);
        RunFolder.create(temp).writeJson("config.json", value);
        assertThat(Files.readString(temp.resolve("config.json")))
                .isEqualTo(
                        """
                        {
                          "layers": 4,
                          "rate": null,
                          "range": [
                            0.5,
                            null
                          ],
                          "decay": null
                        }
                        """);
    }

    @Test
    void replacesJsonWholeAndLeavesNoOtherFile() throws IOException {
        RunFolder folder = RunFolder.create(temp);
        folder.writeJson("config.json", Map.of("text", "long".repeat(100)));
        folder.writeJson("config.json", Map.of());
        assertThat(temp.resolve("config.json")).hasContent("{ }");
        assertThat(names()).containsExactly("config.json");
    }

    @Test
    void aWriteThatFailsLeavesTheOldFile() throws IOException {
        RunFolder folder = RunFolder.create(temp);
        folder.writeJson("config.json", Map.of("seed", 1));
        // A folder in the place of the temporary file: it cannot be opened.
        Path obstacle = Files.createDirectory(temp.resolve(".config.json.tmp"));
        Files.createFile(obstacle.resolve("full"));
        assertThatThrownBy(() -> folder.writeJson("config.json", Map.of("seed", 2)))
                .isInstanceOf(IOException.class);
        assertThat(Files.readString(temp.resolve("config.json"))).contains("\"seed\": 1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"../config.json", "a/b.json", ".hidden", "..", ""})
    void jsonStaysInTheFolder(String name) {
        RunFolder folder = RunFolder.create(temp);
        assertThatThrownBy(() -> folder.writeJson(name, Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a plain file name");
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(temp)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }
}
