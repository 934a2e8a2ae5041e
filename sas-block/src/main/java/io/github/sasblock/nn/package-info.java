/**
 * What every block here is made of: a description that is saved with it, PyTorch's layers, RMSNorm.
 */
package io.github.sasblock.nn;
