/** What the results of runs say together. */
package io.github.sasblock.examples.compare.analysis;
