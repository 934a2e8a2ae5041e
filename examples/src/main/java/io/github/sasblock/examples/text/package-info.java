/** Where text comes from: files of the user, streamed document by document. */
package io.github.sasblock.examples.text;
