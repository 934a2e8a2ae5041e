/** A pretraining run from its configuration to its report. */
package io.github.sasblock.examples.pretrain;
