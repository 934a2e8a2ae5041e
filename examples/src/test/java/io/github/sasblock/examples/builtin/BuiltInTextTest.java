package io.github.sasblock.examples.builtin;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.sasblock.examples.problem.InvalidInputException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class BuiltInTextTest {

    // The proof that the floor is exact: the text alone gives back the choices that made it.
    @Property(tries = 400)
    void theTextDeterminesTheChoices(
            @ForAll DocumentKind kind, @ForAll long seed, @ForAll long index) {
        SamplingChoices sampling = new SamplingChoices(SplitMix64.of(seed, index));
        RecordingChoices written = new RecordingChoices(sampling);
        kind.write(written);

        ParsingChoices parsing = new ParsingChoices(sampling.text());
        RecordingChoices read = new RecordingChoices(parsing);
        kind.write(read);

        parsing.requireEnd();
        assertThat(read.chosen()).isEqualTo(written.chosen());
        assertThat(read.since(0)).isEqualTo(sampling.text());
        assertThat(read.surprisalBits()).isEqualTo(written.surprisalBits());
    }

    @Property(tries = 400)
    void aTextWithAForeignCharacterIsRefused(@ForAll DocumentKind kind, @ForAll long seed) {
        StringBuilder text = new StringBuilder(first(kind, seed).text());
        text.insert(new Random(seed).nextInt(text.length() + 1), '@');
        assertRefused(kind, text.toString());
    }

    @Property(tries = 400)
    void aDocumentEndsWhereItsTextSaysSo(@ForAll DocumentKind kind, @ForAll long seed) {
        String text = first(kind, seed).text();
        assertRefused(kind, text.substring(0, new Random(seed).nextInt(text.length())));
        assertRefused(kind, text + first(kind, seed + 1).text());
    }

    @Test
    void aReferenceToALabelThatWasNotIntroducedIsRefused() {
        String text = first(DocumentKind.ARXIV, 1).text();
        assertThat(text).containsPattern("\\\\ref\\{[a-z]+:[0-9]+}");
        assertRefused(
                DocumentKind.ARXIV,
                text.replaceFirst("\\\\ref\\{([a-z]+):[0-9]+}", "\\\\ref{$1:99}"));
    }

    @Test
    void aFactThatIsNotWhatWasToldBeforeIsRefused() {
        String text = first(DocumentKind.BOOKS, 1).text();
        String hero = text.replaceAll("(?s).*?\n(?:On|In) [^,]*, (\\w+) .*", "$1");
        int last = text.lastIndexOf(hero);
        assertThat(last).isGreaterThan(text.indexOf(hero));
        assertRefused(
                DocumentKind.BOOKS,
                text.substring(0, last) + "Zoe" + text.substring(last + hero.length()));
    }

    @ParameterizedTest
    @EnumSource
    void theSurprisalOfTheCorpusIsThatOfItsTexts(DocumentKind kind) {
        BuiltInText text = BuiltInText.of(kind, 11, 50_000);
        double bits = 0;
        long bytes = 0;
        long count = 0;
        for (GeneratedDocument document : text) {
            assertThat(document.index()).isEqualTo(count++);
            assertThat(document.bytes()).hasSize(document.byteCount());
            bits += BuiltInText.surprisalBits(kind, document.text());
            bytes += document.bytes().length;
        }
        assertThat(text.documentCount()).isEqualTo(count);
        assertThat(text.byteCount()).isEqualTo(bytes).isBetween(50_000L, 80_000L);
        assertThat(text.surprisalBits()).isEqualTo(bits);
        assertThat(text.floorBitsPerByte()).isEqualTo(bits / bytes);
    }

    // The choice of the kind is one of two equally likely ones: a bit a document.
    @Test
    void theChoiceOfTheKindCostsOneBit() {
        for (GeneratedDocument document : BuiltInText.mixed(5, 40_000)) {
            DocumentKind kind =
                    document.text().startsWith("\\") ? DocumentKind.ARXIV : DocumentKind.BOOKS;
            assertThat(document.surprisalBits())
                    .isCloseTo(1 + BuiltInText.surprisalBits(kind, document.text()), within(1e-6));
        }
    }

    @Test
    void mixesBothKinds() {
        List<String> openings =
                BuiltInText.mixed(5, 200_000)
                        .documents()
                        .map(document -> document.text().substring(0, 5))
                        .toList();
        assertThat(openings).contains("\\docu", "Title");
    }

    @ParameterizedTest
    @EnumSource
    void everyPassGivesTheSameDocuments(DocumentKind kind) {
        BuiltInText text = BuiltInText.of(kind, 3, 30_000);
        List<GeneratedDocument> once = text.documents().toList();
        assertThat(text.documents().toList()).isEqualTo(once);
        assertThat(BuiltInText.of(kind, 3, 60_000).documents().limit(once.size()).toList())
                .isEqualTo(once);
        assertThat(first(kind, 4).text()).isNotEqualTo(once.get(0).text());
    }

    @ParameterizedTest
    @EnumSource
    void theTextIsAsciiWithoutTrailingSpacesAndEndsWithALineBreak(DocumentKind kind) {
        for (GeneratedDocument document : BuiltInText.of(kind, 8, 100_000)) {
            assertThat(document.text()).matches("[\\n\\x20-\\x7e]+\\n").doesNotContain(" \n", "  ");
        }
    }

    @ParameterizedTest
    @EnumSource
    void theLengthOfADocumentIsThatOfAFewPages(DocumentKind kind) {
        BuiltInText text = BuiltInText.of(kind, 9, 400_000);
        double mean = (double) text.byteCount() / text.documentCount();
        assertThat(mean).isBetween(2_500.0, 5_000.0);
    }

    @Test
    void everyCitedPaperIsInTheBibliography() {
        for (GeneratedDocument document : BuiltInText.arxiv(8, 50_000)) {
            assertThat(matches("\\\\cite(?:\\[.*?])?\\{(\\w+)}", document.text()))
                    .containsExactlyInAnyOrderElementsOf(
                            matches("\\\\bibitem\\{(\\w+)}", document.text()));
        }
    }

    @Test
    void namesItself() {
        BuiltInText text = BuiltInText.books(7, 1000);
        assertThat(text.describe())
                .isEqualTo("built-in books text (version 1, seed 7, at least 1000 bytes)");
        assertThat(text.fingerprint()).isEqualTo("builtin:books:v1:7:1000");
    }

    @Test
    void refusesALengthThatIsNotPositive() {
        assertThatThrownBy(() -> BuiltInText.arxiv(1, 0))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage("length of the built-in text = 0 bytes: expected a positive number");
    }

    @Test
    void endsWithTheDocumentThatCompletesTheLength() {
        Iterator<GeneratedDocument> documents = BuiltInText.books(7, 1).iterator();
        documents.next();
        assertThat(documents.hasNext()).isFalse();
        assertThatThrownBy(documents::next).isInstanceOf(NoSuchElementException.class);
    }

    // Whoever changes the text raises BuiltInText.VERSION, and only then these values.
    @ParameterizedTest
    @CsvSource({
        "ARXIV, 119cc058e083a010bb7a3b9bfb5e0e0c9f71456f7e8bb553d82c3bcece258847,"
                + " 0.9149641243176473",
        "BOOKS, a5432309105dcbda8372c00f3c25fef01f786f811a58ba197160617858b69270,"
                + " 0.8880789501312658",
        "MIXED, 2a9c018a537f1598e0baa32eb342665a79252781132f61e8b0f4a3f45e98957e,"
                + " 0.9118403460298001"
    })
    void theTextOfVersionOneNeverChanges(DocumentKind kind, String sha256, double floor) {
        assertThat(BuiltInText.VERSION).isEqualTo(1);
        BuiltInText text = BuiltInText.of(kind, 1, 100_000);
        MessageDigest digest = sha256();
        text.forEach(document -> digest.update(document.bytes()));
        assertThat(HexFormat.of().formatHex(digest.digest())).isEqualTo(sha256);
        assertThat(text.floorBitsPerByte()).isCloseTo(floor, within(1e-9));
    }

    private static void assertRefused(DocumentKind kind, String text) {
        assertThatThrownBy(() -> BuiltInText.surprisalBits(kind, text))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("the text is not a document of the grammar: character");
    }

    private static GeneratedDocument first(DocumentKind kind, long seed) {
        return BuiltInText.of(kind, seed, 1).iterator().next();
    }

    private static List<String> matches(String pattern, String text) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        while (matcher.find()) {
            if (!found.contains(matcher.group(1))) {
                found.add(matcher.group(1));
            }
        }
        return found;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
