package io.github.sasblock.examples.tokens;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was read and what was left out, and why.
 *
 * @param documents the documents of the source, of whatever fate
 * @param empty those without a token, left out
 * @param duplicates those that equal one before them, left out
 * @param heldOut those kept apart to be scored
 * @param inParts those too long to be held at once: never held out, and compared with no other
 * @param compared how many different documents others were compared with; when it has reached its
 *     limit, later documents are compared with those only
 * @param mixedLineEnds those in which lines end both with and without a carriage return, kept as
 *     they are
 * @param mixedLineEndsExample where the first of these is; empty if there is none
 * @param skipped files and entries of archives that were passed over, by reason
 */
public record PreparationReport(
        long documents,
        long empty,
        long duplicates,
        long heldOut,
        long inParts,
        long compared,
        long mixedLineEnds,
        String mixedLineEndsExample,
        List<Skipped> skipped) {

    /**
     * Names that were passed over for one reason.
     *
     * @param reason why
     * @param count how many
     * @param examples the first of them
     */
    public record Skipped(String reason, long count, List<String> examples) {}

    /**
     * Copies the list.
     *
     * @param documents the documents of the source
     * @param empty those without a token
     * @param duplicates those that equal one before them
     * @param heldOut those kept apart
     * @param inParts those too long to be held at once
     * @param compared how many different documents others were compared with
     * @param mixedLineEnds those whose line ends are mixed
     * @param mixedLineEndsExample where the first of these is
     * @param skipped what was passed over
     */
    public PreparationReport {
        skipped = List.copyOf(skipped);
    }

    /**
     * Returns whether there were more different documents than can be remembered, so that not every
     * one was compared with all before it.
     *
     * @return whether duplicates may be left
     */
    public boolean comparedPartly() {
        return compared >= SeenDocuments.LIMIT;
    }

    /** Counts while a source is read. */
    static final class Builder {

        private static final int EXAMPLES = 3;

        private final Map<String, List<String>> examples = new LinkedHashMap<>();
        private final Map<String, Long> skipped = new LinkedHashMap<>();
        private long documents;
        private long duplicates;
        private long heldOut;
        private long inParts;
        private long mixedLineEnds;
        private String mixedLineEndsExample = "";

        void skipped(String name, String reason) {
            skipped.merge(reason, 1L, Long::sum);
            List<String> names = examples.computeIfAbsent(reason, key -> new ArrayList<>());
            if (names.size() < EXAMPLES) {
                names.add(name);
            }
        }

        void document() {
            documents++;
        }

        void duplicate() {
            duplicates++;
        }

        void heldOut() {
            heldOut++;
        }

        void inParts() {
            inParts++;
        }

        void mixedLineEnds(String origin) {
            if (mixedLineEnds++ == 0) {
                mixedLineEndsExample = origin;
            }
        }

        PreparationReport build(long empty, long compared) {
            List<Skipped> all =
                    skipped.entrySet().stream()
                            .map(
                                    e ->
                                            new Skipped(
                                                    e.getKey(),
                                                    e.getValue(),
                                                    examples.get(e.getKey())))
                            .toList();
            return new PreparationReport(
                    documents,
                    empty,
                    duplicates,
                    heldOut,
                    inParts,
                    compared,
                    mixedLineEnds,
                    mixedLineEndsExample,
                    all);
        }
    }
}
