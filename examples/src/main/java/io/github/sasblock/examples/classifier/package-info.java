/**
 * A DJL text classifier whose attention is exchanged in one line: the built-in scaled dot-product
 * attention, Simulated Attention Score, or multi-head attention.
 */
package io.github.sasblock.examples.classifier;
