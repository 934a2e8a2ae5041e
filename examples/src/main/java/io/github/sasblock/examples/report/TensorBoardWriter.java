package io.github.sasblock.examples.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes the metrics of a run as a TensorBoard event file: {@code tensorboard --logdir} shows them
 * beside those of other runs.
 *
 * <p>The file is a sequence of records, framed as TensorFlow's TFRecord: length (8 bytes), masked
 * CRC-32C of the length (4), data, masked CRC-32C of the data (4), little-endian. The data is an
 * {@code Event} protocol buffer (tensorflow/core/util/event.proto and
 * tensorflow/core/framework/summary.proto), of which these fields are used:
 *
 * <pre>
 * Event          1 wall_time: double, 2 step: int64, 3 file_version: string, 5 summary: Summary,
 *                7 session_log: SessionLog
 * SessionLog     1 status: enum, of which START is 1
 * Summary        1 value: repeated Summary.Value
 * Summary.Value  1 tag: string, 2 simple_value: float
 * </pre>
 */
public final class TensorBoardWriter implements Closeable {

    private static final String FILE_VERSION = "brain.Event:2";
    private static final String FILE_NAME = "events.out.tfevents.";
    private static final int SECONDS_DIGITS = 10;
    private static final int SESSION_START = 1;
    private static final int CRC_MASK_DELTA = 0xa282ead8;

    private final OutputStream out;
    private final InstantSource clock;

    private TensorBoardWriter(OutputStream out, InstantSource clock) {
        this.out = out;
        this.clock = clock;
    }

    /**
     * Starts an event file named {@code events.out.tfevents.<seconds>.<host>}.
     *
     * @param folder the folder of the run, which TensorBoard takes as the run's name
     * @return the writer
     * @throws IOException if the file cannot be written
     */
    public static TensorBoardWriter create(Path folder) throws IOException {
        return create(folder, InstantSource.system(), hostName());
    }

    /**
     * Starts a further event file of a run that resumes. TensorBoard forgets what the files before
     * it have of the steps that are taken again.
     *
     * @param folder the folder of the run
     * @param step the step from which it resumes
     * @return the writer
     * @throws IOException if the file cannot be written
     */
    public static TensorBoardWriter resume(Path folder, long step) throws IOException {
        return resume(folder, step, InstantSource.system(), hostName());
    }

    static TensorBoardWriter resume(Path folder, long step, InstantSource clock, String host)
            throws IOException {
        TensorBoardWriter writer = create(folder, clock, host);
        writer.writeEvent(
                new Message().int64(2, step + 1).message(7, new Message().int64(1, SESSION_START)));
        return writer;
    }

    static TensorBoardWriter create(Path folder, InstantSource clock, String host)
            throws IOException {
        Path file = freeFile(folder, clock.instant().getEpochSecond(), host);
        OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE_NEW);
        TensorBoardWriter writer = new TensorBoardWriter(out, clock);
        writer.writeEvent(new Message().string(3, FILE_VERSION));
        return writer;
    }

    /** TensorBoard reads a run's files in the order of their names, so the newest comes last. */
    private static Path freeFile(Path folder, long now, String host) throws IOException {
        long seconds = now;
        try (DirectoryStream<Path> earlier =
                Files.newDirectoryStream(folder, FILE_NAME + "??????????.*")) {
            for (Path file : earlier) {
                String name = folder.relativize(file).toString().substring(FILE_NAME.length());
                seconds = Math.max(seconds, after(name.substring(0, SECONDS_DIGITS)));
            }
        }
        String suffix = host.replaceAll("[^A-Za-z0-9.-]", "-");
        return folder.resolve(String.format(Locale.ROOT, "%s%010d.%s", FILE_NAME, seconds, suffix));
    }

    private static long after(String seconds) {
        return seconds.matches("[0-9]+") ? Long.parseLong(seconds) + 1 : 0;
    }

    /**
     * Writes the figures of a step under {@code train/}: the loss, learning rate, norm of the
     * gradients, tokens a second and, where it is known, the share of the matrix products' rate.
     *
     * @param point the figures
     * @throws IOException if they cannot be written
     */
    public void append(TrainPoint point) throws IOException {
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("train/loss", point.loss());
        scalars.put("train/learning_rate", point.learningRate());
        scalars.put("train/gradient_norm", point.gradientNorm());
        scalars.put("train/tokens_per_second", point.tokensPerSecond());
        if (!Double.isNaN(point.matmulShare())) {
            scalars.put("train/matmul_share", point.matmulShare());
        }
        scalars(point.step(), scalars);
    }

    /**
     * Writes the figures of an evaluation under {@code validation/}: nats per token, perplexity
     * and, where it is known, bits per byte.
     *
     * @param point the figures
     * @throws IOException if they cannot be written
     */
    public void append(ValidationPoint point) throws IOException {
        Map<String, Double> scalars = new LinkedHashMap<>();
        scalars.put("validation/nats_per_token", point.natsPerToken());
        scalars.put("validation/perplexity", point.perplexity());
        if (!Double.isNaN(point.bitsPerByte())) {
            scalars.put("validation/bits_per_byte", point.bitsPerByte());
        }
        scalars(point.step(), scalars);
    }

    /**
     * Writes a number.
     *
     * @param tag its name; what precedes a slash groups the charts
     * @param step the step
     * @param value the number, of which the file keeps single precision
     * @throws IOException if it cannot be written
     */
    public void scalar(String tag, long step, double value) throws IOException {
        scalars(step, Map.of(tag, value));
    }

    @Override
    public void close() throws IOException {
        out.close();
    }

    private void scalars(long step, Map<String, Double> values) throws IOException {
        Message summary = new Message();
        values.forEach(
                (tag, value) ->
                        summary.message(
                                1, new Message().string(1, tag).float32(2, value.floatValue())));
        writeEvent(new Message().int64(2, step).message(5, summary));
    }

    private void writeEvent(Message content) throws IOException {
        Instant now = clock.instant();
        double wallTime = now.getEpochSecond() + now.getNano() * 1e-9;
        byte[] event = new Message().float64(1, wallTime).append(content).toByteArray();
        // Unbuffered, a record a write: TensorBoard can follow the run.
        out.write(record(event));
    }

    private static byte[] record(byte[] data) {
        ByteBuffer record =
                ByteBuffer.allocate(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                        .order(ByteOrder.LITTLE_ENDIAN);
        record.putLong(data.length);
        record.putInt(maskedCrc(record.array(), Long.BYTES));
        record.put(data);
        record.putInt(maskedCrc(data, data.length));
        return record.array();
    }

    // Rotated right by 15 bits and offset, since a CRC over data that holds CRCs is weak.
    private static int maskedCrc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return Integer.rotateRight((int) crc.getValue(), 15) + CRC_MASK_DELTA;
    }

    private static String hostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            // The name only tells event files apart; a machine without one is common in containers.
            return "localhost";
        }
    }

    /** The encoding of a protocol buffer: a sequence of fields, each a key and a value. */
    private static final class Message {

        private static final int VARINT = 0;
        private static final int FIXED_64 = 1;
        private static final int LENGTH_DELIMITED = 2;
        private static final int FIXED_32 = 5;

        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

        Message int64(int field, long value) {
            key(field, VARINT);
            varint(value);
            return this;
        }

        Message float64(int field, double value) {
            key(field, FIXED_64);
            ByteBuffer buffer = ByteBuffer.allocate(Double.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.writeBytes(buffer.putDouble(value).array());
            return this;
        }

        Message float32(int field, float value) {
            key(field, FIXED_32);
            ByteBuffer buffer = ByteBuffer.allocate(Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.writeBytes(buffer.putFloat(value).array());
            return this;
        }

        Message string(int field, String value) {
            return lengthDelimited(field, value.getBytes(UTF_8));
        }

        Message message(int field, Message value) {
            return lengthDelimited(field, value.toByteArray());
        }

        Message append(Message fields) {
            bytes.writeBytes(fields.toByteArray());
            return this;
        }

        byte[] toByteArray() {
            return bytes.toByteArray();
        }

        private Message lengthDelimited(int field, byte[] value) {
            key(field, LENGTH_DELIMITED);
            varint(value.length);
            bytes.writeBytes(value);
            return this;
        }

        private void key(int field, int wireType) {
            varint((long) field << 3 | wireType);
        }

        // Seven bits a byte, the lowest first; the high bit says that more follow.
        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7fL) != 0) {
                bytes.write((int) (rest & 0x7f | 0x80));
                rest >>>= 7;
            }
            bytes.write((int) rest);
        }
    }
}
