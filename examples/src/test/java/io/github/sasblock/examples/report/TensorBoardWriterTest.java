package io.github.sasblock.examples.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorBoardWriterTest {

    private static final InstantSource CLOCK =
            InstantSource.fixed(Instant.ofEpochSecond(1_767_225_600, 500_000_000));

    @TempDir Path temp;

    @Test
    void theFileIsNamedForItsSecondAndHost() throws IOException {
        TensorBoardWriter.create(temp, CLOCK, "node/1 a").close();
        assertThat(onlyFile().getFileName()).hasToString("events.out.tfevents.1767225600.node-1-a");
    }

    @Test
    void theMachineHasAName() throws IOException {
        TensorBoardWriter.create(temp).close();
        assertThat(onlyFile().getFileName().toString())
                .matches("events\\.out\\.tfevents\\.\\d{10}\\.[A-Za-z0-9.-]+");
    }

    // Made by a Python script with struct alone and a bitwise CRC-32C (check value 0xe3069283).
    @Test
    void theBytesAreThoseOfAnIndependentEncoder() throws IOException {
        try (TensorBoardWriter writer = TensorBoardWriter.create(temp, CLOCK, "host")) {
            writer.scalar("train/loss", 300, 2.5);
        }
        String version =
                "1800000000000000a37f4b2209000020406e55da411a0d627261696e2e4576656e743a3284ffcb71";
        String loss =
                "2100000000000000017becf609000020406e55da4110ac022a130a110a0a747261696e2f6c6f7373"
                        + "1500002040616d2dd5";
        assertThat(HexFormat.of().formatHex(Files.readAllBytes(onlyFile())))
                .isEqualTo(version + loss);
    }

    @Test
    void aStepHasItsFigures() throws IOException {
        try (TensorBoardWriter writer = TensorBoardWriter.create(temp, CLOCK, "host")) {
            writer.append(new TrainPoint(5_000_000_000L, 7, 2.5, 0.5, 0.25, 8192, 0.75, 9));
        }
        List<Event> events = decode(Files.readAllBytes(onlyFile()));
        assertThat(events).hasSize(2);
        assertThat(events.get(0))
                .isEqualTo(new Event(1_767_225_600.5, 0, "brain.Event:2", Map.of()));
        assertThat(events.get(1).wallTime).isEqualTo(1_767_225_600.5);
        assertThat(events.get(1).step).isEqualTo(5_000_000_000L);
        assertThat(events.get(1).values)
                .containsExactly(
                        Map.entry("train/loss", 2.5f),
                        Map.entry("train/learning_rate", 0.5f),
                        Map.entry("train/gradient_norm", 0.25f),
                        Map.entry("train/tokens_per_second", 8192f),
                        Map.entry("train/matmul_share", 0.75f));
    }

    @Test
    void anEvaluationHasItsFigures() throws IOException {
        try (TensorBoardWriter writer = TensorBoardWriter.create(temp, CLOCK, "host")) {
            writer.append(new ValidationPoint(0, 0, 5.5, 244, 8, 100, 100, 1));
        }
        Event event = decode(Files.readAllBytes(onlyFile())).get(1);
        assertThat(event.step).isZero();
        assertThat(event.values)
                .containsExactly(
                        Map.entry("validation/nats_per_token", 5.5f),
                        Map.entry("validation/perplexity", 244f),
                        Map.entry("validation/bits_per_byte", 8f));
    }

    @Test
    void aLossThatIsNotANumberIsKeptAndAShareThatIsNotKnownIsLeftOut() throws IOException {
        try (TensorBoardWriter writer = TensorBoardWriter.create(temp, CLOCK, "host")) {
            writer.append(new TrainPoint(1, 1, Double.NaN, 0.5, 1, 1, Double.NaN, 1));
        }
        Map<String, Float> values = decode(Files.readAllBytes(onlyFile())).get(1).values;
        assertThat(values.get("train/loss")).isNaN();
        assertThat(values).doesNotContainKey("train/matmul_share");
    }

    @Test
    void aRecordIsInTheFileAtOnce() throws IOException {
        try (TensorBoardWriter writer = TensorBoardWriter.create(temp, CLOCK, "host")) {
            writer.scalar("a", 1, 1);
            assertThat(decode(Files.readAllBytes(onlyFile()))).hasSize(2);
        }
    }

    private Path onlyFile() throws IOException {
        try (Stream<Path> files = Files.list(temp)) {
            List<Path> all = files.toList();
            assertThat(all).hasSize(1);
            return all.get(0);
        }
    }

    /** What a decoder that shares nothing with the writer finds. */
    private record Event(
            double wallTime, long step, String fileVersion, Map<String, Float> values) {}

    private static List<Event> decode(byte[] file) {
        ByteBuffer records = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
        List<Event> events = new ArrayList<>();
        while (records.hasRemaining()) {
            byte[] header = new byte[8];
            records.get(header);
            assertThat(records.getInt()).isEqualTo(masked(header));
            byte[] data =
                    new byte
                            [(int)
                                    ByteBuffer.wrap(header)
                                            .order(ByteOrder.LITTLE_ENDIAN)
                                            .getLong()];
            records.get(data);
            assertThat(records.getInt()).isEqualTo(masked(data));
            events.add(event(data));
        }
        return events;
    }

    private static Event event(byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN);
        double wallTime = Double.NaN;
        long step = 0;
        String version = "";
        Map<String, Float> values = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            int key = in.get();
            switch (key) {
                case 0x09 -> wallTime = in.getDouble();
                case 0x10 -> step = varint(in);
                case 0x1a -> version = new String(block(in), StandardCharsets.UTF_8);
                case 0x2a -> values.putAll(summary(block(in)));
                default -> throw new AssertionError("key " + key);
            }
        }
        return new Event(wallTime, step, version, values);
    }

    private static Map<String, Float> summary(byte[] data) {
        ByteBuffer in = ByteBuffer.wrap(data);
        Map<String, Float> values = new LinkedHashMap<>();
        while (in.hasRemaining()) {
            assertThat(in.get()).isEqualTo((byte) 0x0a);
            ByteBuffer value = ByteBuffer.wrap(block(in)).order(ByteOrder.LITTLE_ENDIAN);
            assertThat(value.get()).isEqualTo((byte) 0x0a);
            String tag = new String(block(value), StandardCharsets.UTF_8);
            assertThat(value.get()).isEqualTo((byte) 0x15);
            values.put(tag, value.getFloat());
            assertThat(value.hasRemaining()).isFalse();
        }
        return values;
    }

    private static byte[] block(ByteBuffer in) {
        byte[] data = new byte[(int) varint(in)];
        in.get(data);
        return data;
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (next & 0x7fL) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static int masked(byte[] data) {
        int crc = ~0;
        for (byte b : data) {
            crc ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                crc = crc >>> 1 ^ ((crc & 1) == 0 ? 0 : 0x82f63b78);
            }
        }
        crc = ~crc;
        return (crc >>> 15 | crc << 17) + 0xa282ead8;
    }
}
