/** Trains variants of a model over paired seeds, and reports how they compare. */
package io.github.sasblock.examples.compare;
