package io.github.sasblock.examples.checkpoint;

/** Thrown when a checkpoint is whole, but of a format that this program does not know. */
final class UnsupportedVersionException extends Exception {

    private static final long serialVersionUID = 1L;

    UnsupportedVersionException(int version) {
        super(
                "is of version "
                        + version
                        + " of the format, expected "
                        + Manifest.VERSION
                        + ": it was written by "
                        + (version > Manifest.VERSION ? "a newer" : "an older")
                        + " sas-block, continue the run with that one");
    }
}
