package io.github.sasblock.examples.text;

/** Is told how the reading of a source goes on. */
@FunctionalInterface
public interface ReadingListener {

    /** Takes no notice. */
    ReadingListener NONE = bytes -> {};

    /**
     * Takes how far reading has come, on the scale of {@link TextSource#approximateBytes()}.
     *
     * @param bytes the number of bytes read so far; never less than at the call before
     */
    void bytesRead(long bytes);

    /**
     * Takes the name of something that was passed over.
     *
     * @param name the file, or the entry of an archive
     * @param reason why, in a few words that many such names share
     */
    default void skipped(String name, String reason) {}
}
