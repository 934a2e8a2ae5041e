package io.github.sasblock.examples.generate;

import io.github.sasblock.examples.tokens.Tokenizer;
import java.util.Arrays;

/**
 * Turns tokens into text as they come. A token may be a part of a character: its bytes are held
 * back until the character is whole, or is known never to be.
 */
final class TextDecoder {

    private static final char REPLACEMENT = '\uFFFD';

    /** How many tokens are decoded again before a new one; a tokenizer may join neighbours. */
    private static final int CONTEXT = 8;

    /** How many tokens are gathered before the oldest are let go. */
    private static final int MOST = 32;

    private final Tokenizer tokenizer;
    private int[] window;
    private int shown; // characters of the window's text that were returned or are the prompt's

    /** Begins after a prompt, whose text is not returned again. */
    TextDecoder(Tokenizer tokenizer, int[] prompt) {
        this.tokenizer = tokenizer;
        window = Arrays.copyOfRange(prompt, Math.max(0, prompt.length - CONTEXT), prompt.length);
        shown = text().length();
    }

    /** Takes the next token, and returns the characters that are whole now. */
    String accept(int token) {
        window = Arrays.copyOf(window, window.length + 1);
        window[window.length - 1] = token;
        String text = text();
        // A character of which bytes are missing is decoded as one replacement at the end.
        boolean isCut = !text.isEmpty() && text.charAt(text.length() - 1) == REPLACEMENT;
        int whole = isCut ? text.length() - 1 : text.length();
        String fresh = text.substring(Math.min(shown, whole), whole);
        shown = Math.max(shown, whole);
        if (window.length >= MOST && !isCut) {
            window = Arrays.copyOfRange(window, window.length - CONTEXT, window.length);
            shown = text().length();
        }
        return fresh;
    }

    /** Returns what was held back, as a replacement character, since no more tokens come. */
    String end() {
        String text = text();
        String rest = text.substring(Math.min(shown, text.length()));
        shown = text.length();
        return rest;
    }

    private String text() {
        return tokenizer.decode(window);
    }
}
