/** Kills training processes at random moments, continues them, and checks what is left. */
package io.github.sasblock.examples.torture;
