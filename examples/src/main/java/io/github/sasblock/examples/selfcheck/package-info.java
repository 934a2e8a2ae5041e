/** Whether this machine computes what it should: blocks against double precision, then training. */
package io.github.sasblock.examples.selfcheck;
