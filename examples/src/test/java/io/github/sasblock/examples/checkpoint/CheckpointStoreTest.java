package io.github.sasblock.examples.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.storage.FaultyStorage;
import io.github.sasblock.examples.storage.FaultyStorage.Kind;
import io.github.sasblock.examples.storage.StorageException;
import io.github.sasblock.safetensors.SafeTensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CheckpointStoreTest {

    @TempDir private Path temp;
    private Path checkpoints;
    private FaultyStorage storage;
    private CheckpointStore store;

    @BeforeEach
    void open() throws IOException {
        checkpoints = temp.resolve("checkpoints");
        storage = new FaultyStorage(Files.createDirectory(temp.resolve("graveyard")));
        store = CheckpointStore.open(checkpoints, 2, storage);
    }

    private SaveResult save(long step) {
        return store.save(Saves.state(step), Saves.parts(step));
    }

    private Path file(long step, String name) {
        return checkpoints.resolve(new CheckpointName(step, 0).toString()).resolve(name);
    }

    private List<String> names() throws IOException {
        try (Stream<Path> entries = Files.list(checkpoints)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    private void assertFallsBack(String reason) throws IOException {
        NewestCheckpoint newest = store.newestLoadable();
        assertThat(newest.require().step()).isEqualTo(200);
        assertThat(newest.messages())
                .singleElement()
                .asString()
                .startsWith(
                        "checkpoint "
                                + checkpoints.resolve("step-00000300")
                                + " cannot be used: "
                                + reason)
                .endsWith("; going back to step 200");
    }

    @Test
    void whatWasSavedIsLoaded() throws IOException {
        try (NDManager manager = NDManager.newBaseManager()) {
            NDArray weight = manager.arange(6f).reshape(2, 3);
            NDArray moment = manager.ones(new Shape(4));
            SaveResult result =
                    store.save(
                            Saves.state(300),
                            List.of(
                                    CheckpointPart.tensors(Saves.MODEL, Map.of("w", weight)),
                                    CheckpointPart.tensors(Saves.OPTIMIZER, Map.of("m", moment))));
            assertThat(result.messages()).isEmpty();
            Checkpoint loaded = store.newestLoadable().require();
            assertThat(loaded.state()).isEqualTo(Saves.state(300));
            assertThat(loaded.files()).containsExactly(Saves.MODEL, Saves.OPTIMIZER, "state.json");
            try (SafeTensors tensors = loaded.tensors(Saves.MODEL)) {
                assertThat(tensors.read(manager, "w")).isEqualTo(weight);
            }
        }
    }

    @Test
    void equalStatesAreEqualBytes() throws IOException {
        save(100);
        Path other = temp.resolve("other");
        CheckpointStore.open(other, 1, storage).save(Saves.state(100), Saves.parts(100));
        for (String name : List.of(Saves.MODEL, Saves.OPTIMIZER, "state.json", "manifest.json")) {
            assertThat(other.resolve("step-00000100").resolve(name))
                    .hasSameBinaryContentAs(file(100, name));
        }
    }

    @Test
    void theNewestTwoAndTheBestAreKept() throws IOException {
        double[] losses = {3, 2, 2.5, 2.2, 2.4, 1.9, 2.3};
        for (int i = 0; i < losses.length; i++) {
            store.save(Saves.validated(100 * (i + 1), losses[i]), Saves.parts(i));
            if (i == 4) {
                assertThat(names())
                        .containsExactly("step-00000200", "step-00000400", "step-00000500");
            }
        }
        assertThat(names()).containsExactly("step-00000600", "step-00000700");
        assertThat(store.best()).get().extracting(Checkpoint::step).isEqualTo(600L);
    }

    @Test
    void savingTellsWhatWasPruned() {
        save(100);
        save(200);
        assertThat(save(300))
                .isEqualTo(
                        new SaveResult.Saved(
                                checkpoints.resolve("step-00000300"),
                                List.of(checkpoints.resolve("step-00000100")),
                                List.of()));
    }

    @Test
    void whatTheRunWentBackBehindIsDeletedWithTheNextSave() throws IOException {
        save(100);
        save(300);
        save(200);
        assertThat(names()).containsExactly("step-00000100", "step-00000200");
    }

    @Test
    void aClockThatWasSetBackChangesNothing() throws IOException {
        save(200);
        save(300);
        for (Path path : List.of(file(300, ""), file(300, Saves.MODEL))) {
            Files.setLastModifiedTime(path, FileTime.from(Instant.EPOCH));
        }
        assertThat(store.newestLoadable().require().step()).isEqualTo(300);
        save(400);
        assertThat(names()).containsExactly("step-00000300", "step-00000400");
    }

    @Test
    void whatIsUnfinishedIsDeletedAtTheStartAndNothingElse() throws IOException {
        save(100);
        Files.createDirectories(checkpoints.resolve("step-00000200.tmp/inner"));
        Files.writeString(checkpoints.resolve("step-00000200.tmp/state.json"), "{");
        Files.createDirectory(checkpoints.resolve("mine.tmp"));
        Files.createDirectory(checkpoints.resolve("best"));
        CheckpointStore.open(checkpoints, 2, storage);
        assertThat(names()).containsExactly("best", "mine.tmp", "step-00000100");
    }

    @Test
    void aLinkAmongTheUnfinishedIsNotFollowed() throws IOException {
        save(100);
        Path outside = Files.createDirectory(temp.resolve("outside"));
        Files.writeString(outside.resolve("precious"), "text");
        Path unfinished = Files.createDirectory(checkpoints.resolve("step-00000200.tmp"));
        Files.createSymbolicLink(unfinished.resolve("link"), outside);
        CheckpointStore.open(checkpoints, 2, storage);
        assertThat(names()).containsExactly("step-00000100");
        assertThat(outside.resolve("precious")).hasContent("text");
    }

    @ParameterizedTest
    @ValueSource(strings = {Saves.MODEL, Saves.OPTIMIZER, "state.json"})
    void aFlippedBitIsFoundWhereverItIs(String name) throws IOException {
        save(200);
        save(300);
        byte[] whole = Files.readAllBytes(file(300, name));
        for (int i = 0; i < whole.length; i += 7) {
            byte[] damaged = whole.clone();
            damaged[i] ^= (byte) (1 << (i % 8));
            Files.write(file(300, name), damaged);
            assertFallsBack(name + " has SHA-256 ");
        }
    }

    @Test
    void noFlippedBitOfTheManifestGoesUnnoticed() throws IOException {
        save(200);
        save(300);
        byte[] whole = Files.readAllBytes(file(300, "manifest.json"));
        for (int i = 0; i < 8 * whole.length; i++) {
            byte[] damaged = whole.clone();
            damaged[i / 8] ^= (byte) (1 << (i % 8));
            Files.write(file(300, "manifest.json"), damaged);
            NewestCheckpoint newest = store.newestLoadable();
            // Between the members, a bit turns one kind of white space into another.
            boolean meansTheSame = Character.isWhitespace(damaged[i / 8]);
            assertThat(newest.require().step())
                    .as("bit %d", i)
                    .isEqualTo(meansTheSame && newest.rejected().isEmpty() ? 300 : 200);
            assertThat(newest.require().state()).isEqualTo(Saves.state(newest.require().step()));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Saves.MODEL, Saves.OPTIMIZER, "state.json", "manifest.json"})
    void aMissingFileIsNamed(String name) throws IOException {
        save(200);
        save(300);
        Files.delete(file(300, name));
        assertFallsBack(name + " is missing");
    }

    @ParameterizedTest
    @ValueSource(strings = {Saves.MODEL, Saves.OPTIMIZER, "state.json"})
    void aFileThatWasCutIsNamedWithItsLength(String name) throws IOException {
        save(200);
        save(300);
        byte[] whole = Files.readAllBytes(file(300, name));
        for (int length : new int[] {0, 1, whole.length / 2, whole.length - 1}) {
            Files.write(file(300, name), Arrays.copyOf(whole, length));
            assertFallsBack(
                    name
                            + " has "
                            + length
                            + " bytes, expected "
                            + whole.length
                            + ": it was cut off");
        }
    }

    @Test
    void aManifestThatWasCutIsNotTaken() throws IOException {
        save(200);
        save(300);
        byte[] whole = Files.readAllBytes(file(300, "manifest.json"));
        for (int length = 0; length < whole.length - 1; length++) { // but for its line's end
            Files.write(file(300, "manifest.json"), Arrays.copyOf(whole, length));
            assertFallsBack("manifest.json is not ");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {Saves.MODEL, Saves.OPTIMIZER, "state.json", "manifest.json"})
    void aZeroedFileIsSaidToBeZeroed(String name) throws IOException {
        save(200);
        save(300);
        Files.write(file(300, name), new byte[(int) Files.size(file(300, name))]);
        assertFallsBack(name + " holds nothing but zeros: its content never reached the disk");
    }

    @Test
    void aWrongHashIsNotTaken() throws IOException {
        save(200);
        save(300);
        Path manifest = file(300, "manifest.json");
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replaceFirst("\"sha256\": \"....", "\"sha256\": \"0000"));
        assertFallsBack("manifest.json does not fit its checksum");
    }

    @Test
    void anotherCheckpointUnderThisNameIsNotTaken() throws IOException {
        save(200);
        save(300);
        Files.move(file(300, ""), temp.resolve("aside"));
        Files.createDirectory(file(300, ""));
        for (String name : List.of(Saves.MODEL, Saves.OPTIMIZER, "state.json", "manifest.json")) {
            Files.copy(file(200, name), file(300, name));
        }
        assertFallsBack("manifest.json is of step 200, expected 300 as the folder's name says");
    }

    @Test
    void everyDamagedCheckpointIsListedWhereNoneCanBeLoaded() throws IOException {
        save(200);
        save(300);
        Files.delete(file(200, Saves.MODEL));
        Files.delete(file(300, Saves.OPTIMIZER));
        assertThatThrownBy(() -> store.newestLoadable().require())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(
                        checkpoints + ": no checkpoint can be used",
                        "step-00000300 cannot be used: optimizer.safetensors is missing",
                        "step-00000200 cannot be used: model.safetensors is missing");
    }

    @Test
    void aRunWithoutCheckpointsIsToldSo() {
        assertThatThrownBy(() -> store.newestLoadable().require())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith(checkpoints + ": holds no checkpoint to continue from");
    }

    @Test
    void aDamagedCheckpointGoesWithTheNextSaveAndTakesNoPlace() throws IOException {
        save(200);
        save(300);
        Files.delete(file(300, Saves.MODEL));
        assertFallsBack(Saves.MODEL);
        save(300);
        assertThat(names()).containsExactly("step-00000200", "step-00000300-r1");
        assertThat(store.newestLoadable().require().step()).isEqualTo(300);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 99})
    void anotherVersionOfTheFormatIsRefusedAndNotGoneBackBehind(int version) throws IOException {
        save(200);
        save(300);
        writeVersion(file(300, "manifest.json"), version);
        assertThatThrownBy(() -> store.newestLoadable())
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContainingAll(
                        checkpoints.resolve("step-00000300") + " is of version " + version,
                        "expected 1",
                        version == 0 ? "an older sas-block" : "a newer sas-block");
    }

    /** As a program of another version would have written it: with a checksum that fits. */
    private static void writeVersion(Path manifest, int version) throws IOException {
        ObjectNode tree = (ObjectNode) CheckpointJson.MAPPER.readTree(Files.readAllBytes(manifest));
        tree.remove("checksum");
        tree.put("version", version);
        tree.put("of_that_version", "something");
        tree.put("checksum", Sha256Sum.of(CheckpointJson.writeCompact(tree)));
        Files.write(manifest, CheckpointJson.write(tree));
    }

    @Test
    void aFullDiskLeavesTheOlderCheckpointAndNothingElse() throws IOException {
        save(100);
        long size = 0;
        for (String name : storage.list(file(100, ""))) {
            size += Files.size(file(100, name));
        }
        for (long room = 0; room < size; room += 97) {
            storage.setCapacity(room);
            SaveResult result = save(200);
            assertThat(result)
                    .as("with room for %d bytes", room)
                    .isInstanceOf(SaveResult.NotSaved.class);
            assertThat(names()).containsExactly("step-00000100");
            assertThat(((SaveResult.NotSaved) result).problem().isDiskFull()).isTrue();
            assertThat(result.messages())
                    .singleElement()
                    .asString()
                    .startsWith(
                            "the checkpoint of step 200 was not saved: the disk of "
                                    + checkpoints
                                    + " is full (")
                    .endsWith(
                            checkpoints.resolve("step-00000100")
                                    + " is kept; free space on that disk");
            assertThatThrownBy(result::requireSaved).isInstanceOf(StorageException.class);
        }
        storage.setCapacity(Long.MAX_VALUE);
        assertThat(save(200)).isInstanceOf(SaveResult.Saved.class);
        assertThat(store.newestLoadable().require().step()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"CREATE_FOLDER", "CREATE", "WRITE", "SYNC", "SYNC_FOLDER", "MOVE"})
    void anyFailureLeavesTheOlderCheckpointAndNothingElse(Kind kind) throws IOException {
        save(100);
        Path saved = checkpoints.resolve("step-00000200");
        boolean[] failed = new boolean[1];
        storage.failAt(
                operation -> {
                    boolean fails = operation.kind() == kind && !failed[0];
                    failed[0] |= fails;
                    return fails;
                },
                "Input/output error");
        SaveResult result = save(200);
        assertThat(result.messages())
                .singleElement()
                .asString()
                .startsWith("the checkpoint of step 200 was not saved: Input/output error");
        assertThat(((SaveResult.NotSaved) result).problem().isDiskFull()).isFalse();
        assertThat(names()).containsExactly("step-00000100");
        assertThat(save(200)).isInstanceOf(SaveResult.Saved.class);
        assertThat(saved).isDirectory();
    }

    @Test
    void aFolderThatCannotBeSyncedAfterRenamingCountsAsNotSaved() throws IOException {
        save(100);
        storage.failAt(op -> op.is(Kind.SYNC_FOLDER, "checkpoints"), "Input/output error");
        assertThat(save(200)).isInstanceOf(SaveResult.NotSaved.class);
        assertThat(names()).containsExactly("step-00000100");
    }

    @Test
    void anOlderCheckpointThatCannotBeDeletedIsToldOfAndDeletedLater() throws IOException {
        save(100);
        save(200);
        storage.failAt(op -> op.kind() == Kind.DELETE, "Permission denied");
        SaveResult result = save(300);
        assertThat(result).isInstanceOf(SaveResult.Saved.class);
        assertThat(result.messages())
                .singleElement()
                .asString()
                .startsWith("an older checkpoint was not deleted: Permission denied");
        storage.failAt(op -> false, "");
        CheckpointStore.open(checkpoints, 2, storage);
        assertThat(names()).containsExactly("step-00000200", "step-00000300");
    }

    @Test
    void shortWritesAreContinued() throws IOException {
        storage.setLongestWrite(13);
        save(100);
        assertThat(store.newestLoadable().require().state()).isEqualTo(Saves.state(100));
    }

    @Test
    void aDiskThatLosesWhatItSaysItWroteIsFoundOut() throws IOException {
        save(100);
        storage.lieAt(op -> op.is(Kind.WRITE, Saves.OPTIMIZER));
        assertThat(save(200).messages().get(0))
                .contains(
                        "optimizer.safetensors has 0 bytes on the disk, expected the 700 that were"
                                + " written");
        assertThat(names()).containsExactly("step-00000100");
    }

    @Test
    void aBitThatFlipsOnItsWayToTheDiskIsFoundWhenLoading() throws IOException {
        save(200);
        storage.flipBitAt(op -> op.is(Kind.WRITE, Saves.MODEL));
        save(300);
        assertFallsBack("model.safetensors has SHA-256 ");
    }

    @Test
    void aFailureOfTheCallerLeavesNothing() throws IOException {
        save(100);
        CheckpointPart broken =
                new CheckpointPart(
                        "model.safetensors",
                        channel -> {
                            throw new IllegalStateException("no memory on the device");
                        });
        assertThatThrownBy(() -> store.save(Saves.state(200), List.of(broken)))
                .hasMessage("no memory on the device");
        assertThat(names()).containsExactly("step-00000100");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", "..", "a/b", "/a", "a\\b", ".hidden", "state.json", "manifest.json"})
    void aNameThatLeadsElsewhereIsRefused(String name) {
        assertThatThrownBy(() -> new CheckpointPart(name, channel -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("file name = " + name);
    }

    @Test
    void aManifestWhoseNamesLeadElsewhereIsNotFollowed() throws IOException {
        save(200);
        save(300);
        Path manifest = file(300, "manifest.json");
        ObjectNode tree = (ObjectNode) CheckpointJson.MAPPER.readTree(Files.readAllBytes(manifest));
        tree.remove("checksum");
        ((ObjectNode) tree.get("files"))
                .set("../step-00000200/state.json", tree.get("files").get("state.json"));
        tree.put("checksum", Sha256Sum.of(CheckpointJson.writeCompact(tree)));
        Files.write(manifest, CheckpointJson.write(tree));
        assertFallsBack("manifest.json lists a file that is no plain name");
    }
}
