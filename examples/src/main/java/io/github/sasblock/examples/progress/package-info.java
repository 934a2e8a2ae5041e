/** How far a long piece of work has come, and how that is shown on a console. */
package io.github.sasblock.examples.progress;
