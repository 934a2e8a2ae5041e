/** The tokens of a run: from the settings of its text to what is trained on and scored. */
package io.github.sasblock.examples.corpus;
