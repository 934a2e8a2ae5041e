/**
 * The fused forms of the blocks: TorchScript, written as text beside this package, loaded through
 * DJL and run with one native call. The blocks ask {@link Kernels} and run their plain form where
 * there is none.
 */
package io.github.sasblock.kernel;
