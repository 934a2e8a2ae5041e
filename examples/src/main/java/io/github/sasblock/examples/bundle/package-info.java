/** One archive with a Java runtime and the program, for machines without a network and Java. */
package io.github.sasblock.examples.bundle;
