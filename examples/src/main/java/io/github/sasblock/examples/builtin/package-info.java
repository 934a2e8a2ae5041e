/**
 * Text that the program carries with it: ArXiv-like and Books-like documents, made from a seed by
 * stochastic grammars, so that training needs no download and a loss curve has a known floor.
 *
 * <p>The text itself is written in two resource files, {@code arxiv.grammar} and {@code
 * books.grammar}. {@link io.github.sasblock.examples.builtin.Grammar} explains their notation, and
 * {@link io.github.sasblock.examples.builtin.BuiltInText} why the floor is exact.
 */
package io.github.sasblock.examples.builtin;
