/** Pretraining of a causal language model: the loop, the optimizer, the order of the data. */
package io.github.sasblock.examples.train;
