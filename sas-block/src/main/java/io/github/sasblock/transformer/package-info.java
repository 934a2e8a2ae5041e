/** A Llama-style causal language model, made of any of the attentions. */
package io.github.sasblock.transformer;
