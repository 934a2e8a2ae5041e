package io.github.sasblock.examples.tokens;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import ai.djl.huggingface.tokenizers.jni.CharSpan;
import ai.djl.util.Utils;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.sasblock.examples.problem.InvalidInputException;
import io.github.sasblock.examples.text.Sha256;
import io.github.sasblock.examples.text.Utf8;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A tokenizer of the Hugging Face library, from its {@code tokenizer.json}. It adds no special
 * tokens, and neither cuts texts off nor pads them, whatever the file says.
 *
 * <p>End-of-text is the first of {@code <|endoftext|>}, {@code </s>}, {@code <eos>} and {@code
 * [SEP]} that the file has. A text that spells one of the file's special tokens is encoded with it.
 * Decoding gives back the text as the tokenizer's normaliser left it.
 */
public final class HuggingFaceTokenizerFile implements Tokenizer {

    private static final List<String> END_OF_TEXT_TOKENS =
            List.of("<|endoftext|>", "</s>", "<eos>", "[SEP]");
    private static final int ID_HEX_DIGITS = 16;
    private static final Map<String, String> OPTIONS =
            Map.of(
                    "addSpecialTokens", "false",
                    "truncation", "DO_NOT_TRUNCATE",
                    "padding", "DO_NOT_PAD");

    static {
        // On a machine with a GPU, DJL would download a library that uses it.
        if (Utils.getEnvOrSystemProperty("RUST_FLAVOR") == null) {
            System.setProperty("RUST_FLAVOR", "cpu");
        }
    }

    private final HuggingFaceTokenizer tokenizer;
    private final String id;
    private final int vocabularySize;
    private final int endOfText;

    private HuggingFaceTokenizerFile(
            HuggingFaceTokenizer tokenizer, String id, int vocabularySize, int endOfText) {
        this.tokenizer = tokenizer;
        this.id = id;
        this.vocabularySize = vocabularySize;
        this.endOfText = endOfText;
    }

    /**
     * Loads a tokenizer.
     *
     * @param file its {@code tokenizer.json}
     * @return the tokenizer
     * @throws InvalidInputException if the file cannot be read, is not a tokenizer, or has no
     *     end-of-text token
     */
    public static HuggingFaceTokenizerFile open(Path file) {
        byte[] json = read(file);
        Map<String, Integer> vocabulary = vocabulary(file, json);
        int size = vocabulary.values().stream().mapToInt(id -> id + 1).max().orElse(0);
        int endOfText = endOfText(file, vocabulary);
        String id = "huggingface:" + Sha256.hex(json).substring(0, ID_HEX_DIGITS);
        return new HuggingFaceTokenizerFile(load(file, json), id, size, endOfText);
    }

    private static byte[] read(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new InvalidInputException(file + ": there is no such tokenizer file");
        }
        try {
            return Files.readAllBytes(file);
        } catch (IOException e) {
            throw new InvalidInputException(file + ": the tokenizer cannot be read: " + e, e);
        }
    }

    private static Map<String, Integer> vocabulary(Path file, byte[] json) {
        JsonNode root = parse(file, json);
        Map<String, Integer> ids = new HashMap<>();
        JsonNode entries = root.path("model").path("vocab");
        if (entries.isObject()) {
            entries.properties().forEach(e -> ids.put(e.getKey(), e.getValue().asInt()));
        } else {
            // Unigram models list pairs of token and score; a token's id is its place.
            for (int i = 0; i < entries.size(); i++) {
                ids.put(entries.path(i).path(0).asText(), i);
            }
        }
        for (JsonNode token : root.path("added_tokens")) {
            ids.put(token.path("content").asText(), token.path("id").asInt());
        }
        if (ids.isEmpty()) {
            throw notATokenizer(file, "it has no \"model\" with a \"vocab\"", null);
        }
        return ids;
    }

    private static JsonNode parse(Path file, byte[] json) {
        try {
            return new ObjectMapper().readTree(json);
        } catch (JsonProcessingException e) {
            throw notATokenizer(file, e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw notATokenizer(file, e.getMessage(), e);
        }
    }

    private static InvalidInputException notATokenizer(Path file, String why, Exception cause) {
        return new InvalidInputException(
                file + ": is not a tokenizer.json of the Hugging Face library: " + why, cause);
    }

    private static int endOfText(Path file, Map<String, Integer> vocabulary) {
        return END_OF_TEXT_TOKENS.stream()
                .filter(vocabulary::containsKey)
                .findFirst()
                .map(vocabulary::get)
                .orElseThrow(
                        () ->
                                new InvalidInputException(
                                        file
                                                + ": the tokenizer has no end-of-text token;"
                                                + " expected one of "
                                                + String.join(", ", END_OF_TEXT_TOKENS)));
    }

    private static HuggingFaceTokenizer load(Path file, byte[] json) {
        try {
            return HuggingFaceTokenizer.newInstance(new ByteArrayInputStream(json), OPTIONS);
        } catch (IOException | RuntimeException e) {
            throw notATokenizer(file, e.getMessage(), e);
        }
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public int vocabularySize() {
        return vocabularySize;
    }

    @Override
    public int endOfText() {
        return endOfText;
    }

    @Override
    public Encoding encode(String text) {
        Utf8.requireWellFormed(text);
        ai.djl.huggingface.tokenizers.Encoding encoding = tokenizer.encode(text, false, false);
        int[] ids = Arrays.stream(encoding.getIds()).mapToInt(Math::toIntExact).toArray();
        return new Encoding(ids, byteLengths(text, encoding.getCharTokenSpans()));
    }

    /**
     * Gives each character to the token in whose span it is first, a character between two spans to
     * the second, and those after the last span to the last token.
     */
    private static int[] byteLengths(String text, CharSpan[] spans) {
        int[] lengths = new int[spans.length];
        int codePoints = 0; // spans count code points, strings UTF-16 units
        int covered = 0;
        for (int i = 0; i < spans.length; i++) {
            int spanEnd = spans[i] == null ? codePoints : spans[i].getEnd();
            int from = covered;
            while (codePoints < spanEnd && covered < text.length()) {
                covered += Character.charCount(text.codePointAt(covered));
                codePoints++;
            }
            lengths[i] = Utf8.length(text, from, covered);
        }
        if (lengths.length > 0) {
            lengths[lengths.length - 1] += Utf8.length(text, covered, text.length());
        }
        return lengths;
    }

    @Override
    public String decode(int[] ids) {
        long[] textIds = Arrays.stream(TokenIds.ofText(ids, this)).asLongStream().toArray();
        return tokenizer.decode(textIds, false);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}
