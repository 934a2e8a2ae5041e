/** What a run of a comparison leaves behind, and the folder in which it does. */
package io.github.sasblock.examples.compare.result;
