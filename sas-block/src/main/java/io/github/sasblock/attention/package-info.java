/**
 * The attentions that Simulated Attention Score is compared with, and what all attentions share.
 */
package io.github.sasblock.attention;
