/**
 * From text to windows of tokens: tokenizers, tokens in memory-mapped files, and the order in which
 * training reads them.
 */
package io.github.sasblock.examples.tokens;
