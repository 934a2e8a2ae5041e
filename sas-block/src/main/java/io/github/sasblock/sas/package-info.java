/**
 * Simulated Attention Score (arXiv 2507.07694): more heads and larger query and key features than
 * the weights pay for.
 */
package io.github.sasblock.sas;
