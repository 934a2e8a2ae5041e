/** A comparison as people see it: a page, drawings, tables, the console. */
package io.github.sasblock.examples.compare.view;
