/**
 * The file system as this program writes to it: few operations, behind an interface below which
 * every fault of a disk can be tried.
 */
package io.github.sasblock.examples.storage;
