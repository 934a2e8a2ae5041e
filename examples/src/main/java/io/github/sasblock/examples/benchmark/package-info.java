/** How fast, and in how much memory, this machine runs the attentions and their training. */
package io.github.sasblock.examples.benchmark;
