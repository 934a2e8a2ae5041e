package io.github.sasblock.examples.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.io.InputStream;

/** A file with a JSON object on each line, one of whose fields is a document. */
final class JsonLines {

    /** Jackson's default of 20 million characters is less than some books. */
    private static final JsonFactory JSON =
            JsonFactory.builder()
                    .streamReadConstraints(
                            StreamReadConstraints.builder()
                                    .maxStringLength(Integer.MAX_VALUE)
                                    .build())
                    .build();

    private final String name;
    private final String field;
    private final ByteLines lines;

    JsonLines(String name, InputStream in, String field) {
        this.name = name;
        this.field = field;
        this.lines = new ByteLines(name, in);
    }

    void forEach(DocumentConsumer consumer) throws IOException {
        while (lines.next()) {
            String line = decode();
            if (!line.isBlank()) {
                consumer.accept(new Document(text(line), origin()));
            }
        }
    }

    private String decode() {
        int start = lines.start();
        if (lines.number() == 1) {
            start += ByteOrderMark.length(lines.buffer(), start, lines.end());
        }
        try {
            return Utf8.decode(lines.buffer(), start, lines.end());
        } catch (Utf8.MalformedUtf8Exception e) {
            long offset = lines.offset() + (start - lines.start()) + e.offset();
            throw Utf8.malformed(name, lines.number(), offset, e);
        }
    }

    private String text(String line) throws IOException {
        String text;
        try (JsonParser parser = JSON.createParser(line)) {
            text = text(parser);
        } catch (JsonProcessingException e) {
            throw new InvalidInputException(
                    origin()
                            + ": not valid JSON at column "
                            + e.getLocation().getColumnNr()
                            + ": "
                            + e.getOriginalMessage(),
                    e);
        }
        int unpaired = Utf8.firstUnpairedSurrogate(text);
        if (unpaired >= 0) {
            throw problem(
                    String.format(
                            "the field \"%s\" has an unpaired surrogate (\\u%04x) at its"
                                    + " character %d, which is not valid Unicode",
                            field, (int) text.charAt(unpaired), unpaired + 1));
        }
        return text;
    }

    private String text(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.START_OBJECT) {
            throw problem(
                    "expected a JSON object with a field \""
                            + field
                            + "\", found "
                            + found(parser));
        }
        String text = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            boolean wanted = parser.currentName().equals(field);
            JsonToken value = parser.nextToken();
            if (!wanted) {
                parser.skipChildren();
            } else if (value == JsonToken.VALUE_STRING) {
                text = parser.getText();
            } else {
                throw problem(
                        "the field \"" + field + "\" must be a string, found " + found(parser));
            }
        }
        if (text == null) {
            throw problem("the field \"" + field + "\" is missing");
        }
        if (parser.nextToken() != null) {
            throw problem("expected one JSON object a line, found " + found(parser) + " after it");
        }
        return text;
    }

    private static String found(JsonParser parser) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> "an object";
            case START_ARRAY -> "an array";
            case VALUE_STRING -> "a string";
            default -> parser.getText();
        };
    }

    private InvalidInputException problem(String message) {
        return new InvalidInputException(origin() + ": " + message);
    }

    private String origin() {
        return name + ":" + lines.number();
    }
}
