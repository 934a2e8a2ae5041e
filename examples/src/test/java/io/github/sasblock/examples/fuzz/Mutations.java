package io.github.sasblock.examples.fuzz;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** Damages bytes in the ways in which parsers are known to fail; the same for the same seed. */
public final class Mutations {

    private static final int[] INTERESTING = {
        0, 1, 0x20, 0x2E, 0x2F, 0x7F, 0x80, 0xC0, 0xED, 0xF5, 0xFE, 0xFF, '"', '\\', '{', '\n'
    };
    private static final long[] NUMBERS = {
        0,
        1,
        -1,
        Short.MAX_VALUE,
        0xFFFF,
        Integer.MAX_VALUE,
        Integer.MIN_VALUE,
        0xFFFFFFFFL,
        1L << 40,
        Long.MAX_VALUE,
        Long.MIN_VALUE
    };

    private final List<byte[]> seeds;
    private final SplittableRandom random;

    /**
     * Creates mutations.
     *
     * @param seed determines them
     * @param seeds what is damaged
     */
    public Mutations(long seed, byte[]... seeds) {
        this.random = new SplittableRandom(seed);
        this.seeds = List.of(seeds);
    }

    /**
     * Returns the next damaged bytes.
     *
     * @return a copy of one of the seeds with up to eight changes
     */
    public byte[] next() {
        byte[] bytes = seeds.get(random.nextInt(seeds.size())).clone();
        for (int changes = 1 + random.nextInt(8); changes > 0; changes--) {
            bytes = changed(bytes);
        }
        return bytes;
    }

    private byte[] changed(byte[] bytes) {
        if (bytes.length == 0) {
            return new byte[] {(byte) random.nextInt(256)};
        }
        int at = random.nextInt(bytes.length);
        switch (random.nextInt(8)) {
            case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
            case 1 -> bytes[at] = (byte) INTERESTING[random.nextInt(INTERESTING.length)];
            case 2 -> putNumber(bytes, at, random.nextBoolean());
            case 3 -> {
                return Arrays.copyOf(bytes, at);
            }
            case 4 -> {
                return inserted(bytes, at, random.nextInt(1, 64));
            }
            case 5 -> {
                return removed(bytes, at, random.nextInt(1, 64));
            }
            case 6 -> copyWithin(bytes, at);
            default -> putDigits(bytes, at);
        }
        return bytes;
    }

    private void putNumber(byte[] bytes, int at, boolean littleEndian) {
        long number = NUMBERS[random.nextInt(NUMBERS.length)];
        int width = 1 << random.nextInt(4);
        for (int i = 0; i < width && at + i < bytes.length; i++) {
            int shift = 8 * (littleEndian ? i : width - 1 - i);
            bytes[at + i] = (byte) (number >>> shift);
        }
    }

    /** Such as the octal sizes of tar. */
    private void putDigits(byte[] bytes, int at) {
        for (int i = at; i < Math.min(bytes.length, at + 11); i++) {
            bytes[i] = (byte) ('0' + random.nextInt(8));
        }
    }

    private byte[] inserted(byte[] bytes, int at, int count) {
        byte[] longer = Arrays.copyOf(bytes, bytes.length + count);
        System.arraycopy(bytes, at, longer, at + count, bytes.length - at);
        for (int i = at; i < at + count; i++) {
            longer[i] = (byte) random.nextInt(256);
        }
        return longer;
    }

    private static byte[] removed(byte[] bytes, int at, int count) {
        int end = Math.min(bytes.length, at + count);
        byte[] shorter = Arrays.copyOf(bytes, bytes.length - (end - at));
        System.arraycopy(bytes, end, shorter, at, bytes.length - end);
        return shorter;
    }

    private void copyWithin(byte[] bytes, int at) {
        int from = random.nextInt(bytes.length);
        int count = Math.min(64, bytes.length - Math.max(at, from));
        System.arraycopy(bytes, from, bytes, at, count);
    }
}
