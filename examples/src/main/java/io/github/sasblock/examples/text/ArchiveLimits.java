package io.github.sasblock.examples.text;

/**
 * What an archive may hold at most. Archives are read as streams and never unpacked to disk, so
 * these bound time, not memory.
 *
 * @param entries the most entries, texts or not
 * @param entryBytes the most bytes of an entry, decompressed
 * @param totalBytes the most bytes of all entries, decompressed
 */
record ArchiveLimits(long entries, long entryBytes, long totalBytes) {

    /** Books3, the largest archive of texts in wide use, has 197 thousand entries. */
    static final ArchiveLimits DEFAULT = new ArchiveLimits(500_000, 1L << 34, 1L << 40);
}
