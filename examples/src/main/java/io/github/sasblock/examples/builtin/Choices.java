package io.github.sasblock.examples.builtin;

/**
 * The random choices behind a document, and the text they become.
 *
 * <p>A grammar is written once against this interface and runs in two ways. {@link SamplingChoices}
 * draws each choice and writes the text; {@link ParsingChoices} is given the text and finds out
 * which choices were made. Both add up the surprisal of the choices, and agree on it.
 */
interface Choices {

    /**
     * Makes one choice and writes the opening of the chosen alternative.
     *
     * @param alternatives what can be chosen
     * @return the index of the chosen alternative
     */
    int choose(Alternatives alternatives);

    /**
     * Writes text that follows from the choices before.
     *
     * @param text the text
     */
    void write(String text);

    /**
     * Returns how far the document has come.
     *
     * @return the number of characters so far
     */
    int position();

    /**
     * Returns what was written since an earlier position.
     *
     * @param position a former {@link #position()}
     * @return the text from there to here
     */
    String since(int position);

    /**
     * Returns the information in the choices so far.
     *
     * @return the sum of −log₂ of the probability of each choice, in bits
     */
    double surprisalBits();
}
