/** What a run is and how far it has come, as text and as a small live page on localhost. */
package io.github.sasblock.examples.watch;
