package io.github.sasblock.examples.text;

/** How a file's bytes are stored. */
enum Compression {
    NONE,
    GZIP,
    ZSTD
}
