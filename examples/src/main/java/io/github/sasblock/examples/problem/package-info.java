/** What is wrong with a user's input, told in the user's terms. */
package io.github.sasblock.examples.problem;
