/** What a comparison is going to be: its variants, matched in size, its corpora and its seeds. */
package io.github.sasblock.examples.compare.plan;
