package io.github.sasblock.examples.builtin;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * A corpus that is made from a seed, with the entropy of its text known exactly.
 *
 * <p>The documents are made one by one as they are asked for, each from the seed and its index, so
 * a corpus of any length takes constant memory, every pass gives the same documents, and two
 * corpora of different seeds (training and validation) are independent. The corpus ends with the
 * first document at which it has the wanted number of bytes.
 *
 * <h2>The floor</h2>
 *
 * <p>A document is written by a sequence of random choices c₁, c₂, … whose probabilities, given the
 * choices before, are known. At every choice the alternatives begin with different text, none the
 * prefix of another, so a reader who goes from left to right recovers every choice: text and
 * choices determine each other. The probability of the text is therefore the product of those of
 * its choices, and its surprisal −log₂ p(text) = Σ −log₂ p(cᵢ) is exact, not an estimate. A
 * document tells by itself where it ends, so this holds for documents written one after another,
 * and a separator between them, being certain, adds nothing.
 *
 * <p>{@link #floorBitsPerByte()} is the sum of the surprisal over all documents, ends included,
 * divided by the number of bytes. No model has a smaller expected loss on new text: whatever
 * distribution q it holds, E[−log₂ q(text)] ≥ E[−log₂ p(text)] by Gibbs' inequality. On the very
 * text at hand it cannot win by much either: the probability that it spends k bits less than the
 * floor on all of it is at most 2<sup>−k</sup>, since E[q/p] ≤ 1. A model that sees only a window
 * is one such q with less to go by: it may need again, at a cost, what was settled before the
 * window began (a name, a label), and so can only be worse. A loss below the floor by more than
 * chance is an error: of the evaluation, or of a training set that holds the text itself.
 */
public final class BuiltInText implements Iterable<GeneratedDocument> {

    /**
     * The version of the text. The same kind, seed, length and version give the same bytes; a
     * change of the grammars or of the generator takes a new version.
     */
    public static final int VERSION = 1;

    private final DocumentKind kind;
    private final long seed;
    private final long minimumBytes;
    private volatile Totals totals; // null until asked for

    private record Totals(long documents, long bytes, double surprisalBits) {}

    private BuiltInText(DocumentKind kind, long seed, long minimumBytes) {
        if (minimumBytes <= 0) {
            throw new InvalidInputException(
                    "length of the built-in text = "
                            + minimumBytes
                            + " bytes: expected a positive number");
        }
        this.kind = kind;
        this.seed = seed;
        this.minimumBytes = minimumBytes;
    }

    /**
     * Returns papers in the manner of ArXiv.
     *
     * @param seed any number
     * @param minimumBytes the least length, positive; the last document is whole
     * @return the corpus
     * @throws InvalidInputException if the length is not positive
     */
    public static BuiltInText arxiv(long seed, long minimumBytes) {
        return of(DocumentKind.ARXIV, seed, minimumBytes);
    }

    /**
     * Returns novels in the manner of Books.
     *
     * @param seed any number
     * @param minimumBytes the least length, positive; the last document is whole
     * @return the corpus
     * @throws InvalidInputException if the length is not positive
     */
    public static BuiltInText books(long seed, long minimumBytes) {
        return of(DocumentKind.BOOKS, seed, minimumBytes);
    }

    /**
     * Returns papers and novels in random order.
     *
     * @param seed any number
     * @param minimumBytes the least length, positive; the last document is whole
     * @return the corpus
     * @throws InvalidInputException if the length is not positive
     */
    public static BuiltInText mixed(long seed, long minimumBytes) {
        return of(DocumentKind.MIXED, seed, minimumBytes);
    }

    /**
     * Returns a corpus of the given kind.
     *
     * @param kind what the documents are
     * @param seed any number
     * @param minimumBytes the least length, positive; the last document is whole
     * @return the corpus
     * @throws InvalidInputException if the length is not positive
     */
    public static BuiltInText of(DocumentKind kind, long seed, long minimumBytes) {
        return new BuiltInText(kind, seed, minimumBytes);
    }

    /**
     * Computes the surprisal of one document from its text alone.
     *
     * @param kind the kind of the document
     * @param text the text of one whole document
     * @return −log₂ of its probability, in bits
     * @throws InvalidInputException if the text is not a document of that kind
     */
    public static double surprisalBits(DocumentKind kind, String text) {
        ParsingChoices choices = new ParsingChoices(text);
        kind.write(choices);
        choices.requireEnd();
        return choices.surprisalBits();
    }

    /**
     * Names the corpus for people.
     *
     * @return a few words
     */
    public String describe() {
        return "built-in "
                + kind.label()
                + " text (version "
                + VERSION
                + ", seed "
                + seed
                + ", at least "
                + minimumBytes
                + " bytes)";
    }

    /**
     * Identifies the corpus: equal fingerprints mean equal bytes.
     *
     * @return the kind, version, seed and length
     */
    public String fingerprint() {
        return String.join(
                ":",
                "builtin",
                kind.label(),
                "v" + VERSION,
                Long.toString(seed),
                Long.toString(minimumBytes));
    }

    /**
     * Returns the least length that was asked for.
     *
     * @return the length in bytes; the corpus exceeds it by less than one document
     */
    public long minimumBytes() {
        return minimumBytes;
    }

    /**
     * Generates the documents, from the first.
     *
     * @return an iterator that makes one document at a time
     */
    @Override
    public Iterator<GeneratedDocument> iterator() {
        return new Documents();
    }

    /**
     * Generates the documents, from the first.
     *
     * @return a sequential stream that makes one document at a time
     */
    public Stream<GeneratedDocument> documents() {
        return StreamSupport.stream(spliterator(), false);
    }

    /**
     * Returns the number of documents. The first of these totals to be asked for generates the
     * corpus once.
     *
     * @return the number of documents
     */
    public long documentCount() {
        return totals().documents();
    }

    /**
     * Returns the exact length of the corpus.
     *
     * @return the number of bytes of all documents
     */
    public long byteCount() {
        return totals().bytes();
    }

    /**
     * Returns the information in the whole corpus.
     *
     * @return the sum of the documents' surprisal, in bits
     */
    public double surprisalBits() {
        return totals().surprisalBits();
    }

    /**
     * Returns the loss that no model can be expected to beat on this corpus, as explained above.
     *
     * @return the surprisal of the corpus over its length, in bits per byte
     */
    public double floorBitsPerByte() {
        return surprisalBits() / byteCount();
    }

    private Totals totals() {
        Totals known = totals;
        if (known == null) {
            known = new Totals(0, 0, 0);
            for (GeneratedDocument document : this) {
                known =
                        new Totals(
                                known.documents() + 1,
                                known.bytes() + document.byteCount(),
                                known.surprisalBits() + document.surprisalBits());
            }
            totals = known;
        }
        return known;
    }

    private GeneratedDocument generate(long index) {
        SamplingChoices choices = new SamplingChoices(SplitMix64.of(seed, index));
        kind.write(choices);
        return new GeneratedDocument(index, choices.text(), choices.surprisalBits());
    }

    private final class Documents implements Iterator<GeneratedDocument> {

        private long index;
        private long bytes;

        @Override
        public boolean hasNext() {
            return bytes < minimumBytes;
        }

        @Override
        public GeneratedDocument next() {
            if (!hasNext()) {
                throw new NoSuchElementException();
            }
            GeneratedDocument document = generate(index++);
            bytes += document.byteCount();
            return document;
        }
    }
}
