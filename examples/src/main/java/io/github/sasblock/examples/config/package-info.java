/** The settings of a run: their names, defaults and limits, from the command line or a file. */
package io.github.sasblock.examples.config;
