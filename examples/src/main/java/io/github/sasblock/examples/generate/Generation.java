package io.github.sasblock.examples.generate;

import java.util.List;

/**
 * How a text is continued.
 *
 * @param maxTokens the most tokens to add, at least 1
 * @param sampler how each is chosen
 * @param seed what the choices are drawn with
 * @param stops strings that end the text, and are not part of it
 * @param cached whether keys and values are kept between steps
 */
public record Generation(
        int maxTokens, TokenSampler sampler, long seed, List<String> stops, boolean cached) {

    /**
     * Checks and copies the values.
     *
     * @param maxTokens the most tokens to add, at least 1
     * @param sampler how each is chosen
     * @param seed what the choices are drawn with
     * @param stops strings that end the text, none of them empty
     * @param cached whether keys and values are kept between steps
     * @throws IllegalArgumentException if a value is not valid
     */
    public Generation {
        stops = List.copyOf(stops);
        if (maxTokens < 1 || stops.contains("")) {
            throw new IllegalArgumentException(
                    "tokens = "
                            + maxTokens
                            + ", stops = "
                            + stops
                            + ", expected at least 1 token, and stops of at least a character");
        }
    }

    /** Why a text ended. */
    public enum End {
        /** As many tokens were added as were wanted. */
        MAX_TOKENS("--max-tokens"),
        /** The model ended the document. */
        END_OF_TEXT("end of text"),
        /** A stop string was met. */
        STOP("a stop string");

        private final String label;

        End(String label) {
            this.label = label;
        }

        /**
         * Returns how people call it.
         *
         * @return a few words
         */
        public String label() {
            return label;
        }
    }

    /**
     * What was done.
     *
     * @param promptTokens tokens of the prompt
     * @param tokens tokens added, with the end of text if it came
     * @param promptSeconds how long reading the prompt took
     * @param seconds how long the tokens took, but for the prompt
     * @param end why the text ended
     */
    public record Result(
            int promptTokens, int tokens, double promptSeconds, double seconds, End end) {

        /**
         * Returns the speed. The first token comes out of the reading of the prompt, so that the
         * time is that of the others.
         *
         * @return tokens a second; 0 where only one was added
         */
        public double tokensPerSecond() {
            return tokens > 1 ? (tokens - 1) / seconds : 0;
        }
    }
}
