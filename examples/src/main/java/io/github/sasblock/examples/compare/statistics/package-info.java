/** The statistics of a comparison: spread over seeds, paired differences, curves. */
package io.github.sasblock.examples.compare.statistics;
