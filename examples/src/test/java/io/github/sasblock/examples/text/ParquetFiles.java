package io.github.sasblock.examples.text;

import blue.strategic.parquet.ParquetWriter;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Types;

/** Parquet files to read in tests. */
final class ParquetFiles {

    private static final MessageType SCHEMA =
            Types.buildMessage()
                    .required(PrimitiveTypeName.INT64)
                    .named("id")
                    .optional(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named("text")
                    .optional(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named("title")
                    .named("page");

    private ParquetFiles() {}

    /** Writes a row for each text, with its number and a title; the text may be null. */
    static Path write(Path file, String... texts) throws IOException {
        try (ParquetWriter<Integer> writer =
                ParquetWriter.writeFile(
                        SCHEMA,
                        file.toFile(),
                        (row, values) -> {
                            values.write("id", (long) row);
                            if (texts[row] != null) {
                                values.write("text", texts[row]);
                            }
                            values.write("title", "title " + row);
                        })) {
            for (int i = 0; i < texts.length; i++) {
                writer.write(i);
            }
        }
        return file;
    }
}
