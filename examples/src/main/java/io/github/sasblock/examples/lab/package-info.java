/**
 * The laboratory: small synthetic tasks of which the best possible loss is known exactly, to show
 * where an attention helps and where it does not.
 */
package io.github.sasblock.examples.lab;
