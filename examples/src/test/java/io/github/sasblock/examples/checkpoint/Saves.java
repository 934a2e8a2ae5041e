package io.github.sasblock.examples.checkpoint;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** Checkpoints to save: small, and each step's own. */
final class Saves {

    static final String MODEL = "model.safetensors";
    static final String OPTIMIZER = "optimizer.safetensors";

    private Saves() {}

    static TrainingState state(long step) {
        return TrainingState.builder(step, step * 4096)
                .optPosition("windows", step * 16)
                .optRandom("dropout", Long.toHexString(step * 0x9E3779B97F4A7C15L))
                .optLossScale(1024)
                .optCounter("skipped-steps", 3)
                .optAverage("loss", 1 / 3.0)
                .optBest(step / 2, 2.5)
                .optConfiguration(
                        new TreeMap<>(
                                Map.of("steps", 1000, "data", List.of("a", "b"), "clip", 1.5)))
                .optVersion("djl", "0.35.1")
                .build();
    }

    static TrainingState validated(long step, double loss) {
        return TrainingState.builder(step, step * 4096).optValidationLoss(loss).build();
    }

    static List<CheckpointPart> parts(long step) {
        return List.of(part(MODEL, 300, step), part(OPTIMIZER, 700, -step));
    }

    static byte[] bytes(int count, long seed) {
        byte[] bytes = new byte[count];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /** A file that is written in two pieces. */
    private static CheckpointPart part(String name, int count, long seed) {
        byte[] bytes = bytes(count, seed);
        return new CheckpointPart(
                name,
                channel -> {
                    for (ByteBuffer piece :
                            List.of(
                                    ByteBuffer.wrap(bytes, 0, count / 3),
                                    ByteBuffer.wrap(bytes, count / 3, count - count / 3))) {
                        while (piece.hasRemaining()) {
                            channel.write(piece);
                        }
                    }
                });
    }
}
