/** Text that a pretrained model writes: sampling, decoding with a cache, and text as it comes. */
package io.github.sasblock.examples.generate;
