package io.github.sasblock.examples.checkpoint;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The list of a checkpoint's files, written after all of them. Its last member is the SHA-256 of
 * the members before it as compact JSON. That, and the members format and version, stay the same in
 * all versions, so that damage to a manifest is never taken for another version.
 *
 * @param format always {@link #FORMAT}
 * @param version the version of the format
 * @param step the step of the checkpoint
 * @param validationLoss by which the best checkpoint is kept; null if not measured at this step
 * @param files the files by name
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.ALWAYS)
record Manifest(
        String format,
        int version,
        long step,
        Double validationLoss,
        SortedMap<String, Entry> files) {

    static final String FILE = "manifest.json";
    static final String FORMAT = "sas-block checkpoint";
    static final int VERSION = 1;

    /** No manifest of a real checkpoint comes near; what is larger is not read. */
    static final int MOST_BYTES = 1 << 24;

    private static final String CHECKSUM = "checksum";

    /**
     * What a file must be.
     *
     * @param bytes its length
     * @param sha256 its hash, 64 hexadecimal digits
     */
    record Entry(long bytes, String sha256) {}

    Manifest {
        files = Collections.unmodifiableSortedMap(new TreeMap<>(files));
    }

    static Manifest of(TrainingState state, SortedMap<String, Entry> files) {
        return new Manifest(FORMAT, VERSION, state.step(), state.validationLoss(), files);
    }

    byte[] toJson() throws IOException {
        ObjectNode tree = CheckpointJson.MAPPER.valueToTree(this);
        tree.put(CHECKSUM, checksum(tree));
        return CheckpointJson.write(tree);
    }

    private static String checksum(ObjectNode tree) throws IOException {
        return Sha256Sum.of(CheckpointJson.writeCompact(tree));
    }

    static Manifest parse(byte[] json) throws DamagedException, UnsupportedVersionException {
        try {
            if (!(CheckpointJson.MAPPER.readTree(json) instanceof ObjectNode tree)) {
                throw new DamagedException(FILE + " is not a JSON object");
            }
            requireUnchanged(tree);
            requireVersion(tree);
            Manifest manifest = CheckpointJson.MAPPER.treeToValue(tree, Manifest.class);
            manifest.requirePlainNames();
            return manifest;
        } catch (JsonProcessingException e) {
            throw new DamagedException(FILE + " is not valid: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new DamagedException(FILE + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static void requireUnchanged(ObjectNode tree) throws IOException, DamagedException {
        if (!tree.path(CHECKSUM).isTextual()) {
            throw new DamagedException(FILE + " has no checksum");
        }
        String expected = tree.remove(CHECKSUM).textValue();
        if (!checksum(tree).equals(expected)) {
            throw new DamagedException(
                    FILE + " does not fit its checksum: it was changed after it was written");
        }
    }

    private static void requireVersion(ObjectNode tree)
            throws DamagedException, UnsupportedVersionException {
        if (!FORMAT.equals(tree.path("format").textValue())
                || !tree.path("version").canConvertToInt()) {
            throw new DamagedException(FILE + " is not that of a checkpoint");
        }
        int version = tree.path("version").intValue();
        if (version != VERSION) {
            throw new UnsupportedVersionException(version);
        }
    }

    private void requirePlainNames() throws DamagedException {
        for (String name : files.keySet()) {
            if (!CheckpointPart.isPlain(name)) {
                throw new DamagedException(FILE + " lists a file that is no plain name");
            }
        }
    }
}
