package io.github.sasblock.examples.text;

import blue.strategic.parquet.Hydrator;
import blue.strategic.parquet.HydratorSupplier;
import blue.strategic.parquet.ParquetReader;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import org.apache.parquet.hadoop.metadata.ParquetMetadata;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType;
import org.apache.parquet.schema.Type;

/** The texts of one column of a Parquet file, a row at a time. Rows without a value are empty. */
final class ParquetTexts {

    private final Path file;
    private final String column;
    private final LongConsumer bytesRead;

    ParquetTexts(Path file, String column, LongConsumer bytesRead) {
        this.file = file;
        this.column = column;
        this.bytesRead = bytesRead;
    }

    void forEach(DocumentConsumer consumer) throws IOException {
        try (Rows rows = open()) {
            long row = 0;
            Optional<String> text = rows.next();
            while (text.isPresent()) {
                row++;
                consumer.accept(document(text.get(), row));
                bytesRead.accept(rows.progress(row, file));
                text = rows.next();
            }
        }
    }

    private Document document(String text, long row) {
        int unpaired = Utf8.firstUnpairedSurrogate(text);
        if (unpaired >= 0) {
            throw new InvalidInputException(
                    file + ": row " + row + ": the column \"" + column + "\" is not valid Unicode");
        }
        return new Document(text, file + ":" + row);
    }

    private Rows open() {
        try {
            checkColumn(ParquetReader.readMetadata(file.toFile()));
            return new Rows(
                    ParquetReader.spliterator(
                            file.toFile(),
                            HydratorSupplier.constantly(new OneColumn()),
                            List.of(column)));
        } catch (InvalidInputException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            throw damaged(e);
        }
    }

    private void checkColumn(ParquetMetadata metadata) {
        MessageType schema = metadata.getFileMetaData().getSchema();
        List<String> texts =
                schema.getFields().stream()
                        .filter(ParquetTexts::isText)
                        .map(Type::getName)
                        .map(ArchiveTexts::shown)
                        .toList();
        boolean known =
                schema.containsField(column)
                        && isText(schema.getType(schema.getFieldIndex(column)));
        if (!known) {
            throw new InvalidInputException(
                    file
                            + ": has no column of text \""
                            + column
                            + "\"; expected --text-field to name one of "
                            + (texts.isEmpty() ? "none, since it has none" : texts));
        }
    }

    private static boolean isText(Type type) {
        return type.isPrimitive()
                && !type.isRepetition(Type.Repetition.REPEATED)
                && type.asPrimitiveType().getPrimitiveTypeName()
                        == PrimitiveType.PrimitiveTypeName.BINARY
                && type.getLogicalTypeAnnotation()
                        instanceof LogicalTypeAnnotation.StringLogicalTypeAnnotation;
    }

    /** What the library throws on a damaged file has many types, none of them promised. */
    private InvalidInputException damaged(Exception e) {
        String why = e.getMessage() == null ? e.toString() : e.getMessage();
        return new InvalidInputException(
                file + ": is no Parquet file, or is damaged: " + ArchiveTexts.shown(why), e);
    }

    /** The library asks for an array of whatever size a page says that it has; none was made. */
    private InvalidInputException tooLarge(OutOfMemoryError e) {
        return new InvalidInputException(
                file
                        + ": a page of it says that it needs more memory than the Java heap has; it"
                        + " is damaged, or needs a larger heap: SAS_JAVA_OPTS=-Xmx4g",
                e);
    }

    /** Some codecs need classes of Hadoop, which the library leaves out. */
    private InvalidInputException unsupported(LinkageError e) {
        return new InvalidInputException(
                file
                        + ": is compressed in a way that is not supported, or is damaged; expected"
                        + " Parquet compressed with snappy, or not at all",
                e);
    }

    /** The rows that are left. */
    private final class Rows implements AutoCloseable {

        private final ParquetReader<String, String> reader;
        private final long rowCount;
        private String current;

        Rows(ParquetReader<String, String> reader) {
            this.reader = reader;
            this.rowCount = Math.max(1, reader.estimateSize());
        }

        Optional<String> next() {
            try {
                return reader.tryAdvance(text -> current = text)
                        ? Optional.of(current)
                        : Optional.empty();
            } catch (RuntimeException e) {
                throw damaged(e);
            } catch (OutOfMemoryError e) {
                throw tooLarge(e);
            } catch (LinkageError e) {
                throw unsupported(e);
            }
        }

        long progress(long row, Path of) {
            return (long) ((double) row / rowCount * of.toFile().length());
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }

    /** Makes a row of its one column. */
    private static final class OneColumn implements Hydrator<String, String> {

        @Override
        public String start() {
            return "";
        }

        @Override
        public String add(String target, String heading, Object value) {
            return value == null ? "" : value.toString();
        }

        @Override
        public String finish(String target) {
            return target;
        }
    }
}
