/** The command line: {@code bin/sas}. */
package io.github.sasblock.examples.cli;
