package io.github.sasblock.examples.benchmark;

import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.transformer.AttentionConfig;
import io.github.sasblock.transformer.MfaConfig;
import io.github.sasblock.transformer.MlaConfig;
import io.github.sasblock.transformer.MultiHeadConfig;
import io.github.sasblock.transformer.SasConfig;
import io.github.sasblock.transformer.TpaConfig;

/**
 * The sizes at which one attention is measured.
 *
 * @param batch B
 * @param length T
 * @param embedding E
 * @param heads H
 * @param headSize D
 * @param simulatedHeads H′
 * @param simulatedHeadSize D′
 * @param kernel K
 */
public record AttentionSizes(
        int batch,
        int length,
        int embedding,
        int heads,
        int headSize,
        int simulatedHeads,
        int simulatedHeadSize,
        int kernel) {

    /** B 8, T 256, E 256, H 8 → 24, D 32 → 48, K 5. */
    public static final AttentionSizes DEFAULT = new AttentionSizes(8, 256, 256, 8, 32, 24, 48, 5);

    /** Small enough to run each case in milliseconds. */
    public static final AttentionSizes QUICK = new AttentionSizes(2, 16, 16, 2, 8, 4, 12, 3);

    private static final int COUNT = 8;

    /**
     * Reads sizes.
     *
     * @param text B,T,E,H,D,H′,D′,K
     * @return the sizes
     * @throws IllegalArgumentException with what was expected instead
     */
    public static AttentionSizes parse(String text) {
        String[] parts = text.split(",", -1);
        if (parts.length != COUNT) {
            throw new IllegalArgumentException("eight whole numbers, B,T,E,H,D,H',D',K");
        }
        int[] n = new int[COUNT];
        for (int i = 0; i < COUNT; i++) {
            n[i] = number(parts[i]);
        }
        AttentionSizes sizes = new AttentionSizes(n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7]);
        if (sizes.headSize % 2 != 0 || sizes.simulatedHeadSize % 2 != 0) {
            throw new IllegalArgumentException("even D and D' for the rotary embedding");
        }
        try {
            sizes.sas();
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("sizes that fit: " + e.getMessage(), e);
        }
        return sizes;
    }

    private static int number(String text) {
        try {
            int number = Integer.parseInt(text.strip());
            if (number > 0) {
                return number;
            }
        } catch (NumberFormatException e) {
            // reported below, as a number that is not positive is
        }
        throw new IllegalArgumentException("eight positive whole numbers, B,T,E,H,D,H',D',K");
    }

    /** Returns the attention of a name, with H heads of D each; SAS expands them. */
    AttentionConfig config(String name) {
        return switch (name) {
            case "mha" -> MultiHeadConfig.of(heads, heads, headSize);
            case "gqa" -> MultiHeadConfig.of(heads, heads % 2 == 0 ? 2 : 1, headSize);
            case "mqa" -> MultiHeadConfig.of(heads, 1, headSize);
            case "mla" -> MlaConfig.of(embedding, heads, headSize);
            case "mfa" -> MfaConfig.of(embedding, heads, headSize);
            case "tpa" -> TpaConfig.of(embedding, heads, headSize);
            case "tpa-kv" -> TpaConfig.keyValueOnly(embedding, heads, headSize);
            case "sas" -> sas();
            default ->
                    throw new IllegalArgumentException(
                            "attention = " + name + ", expected one of " + AttentionConfig.NAMES);
        };
    }

    SasConfig sas() {
        return SasConfig.of(
                new SasShape(
                        heads,
                        headSize,
                        simulatedHeads,
                        simulatedHeadSize,
                        HeadExpansionKind.CONVOLUTION,
                        kernel,
                        true));
    }

    long tokens() {
        return (long) batch * length;
    }

    String subject(String attention) {
        String all = "%s B%d T%d E%d ".formatted(attention, batch, length, embedding);
        return attention.equals("sas")
                ? all
                        + "H%d-%d D%d-%d K%d"
                                .formatted(
                                        heads, simulatedHeads, headSize, simulatedHeadSize, kernel)
                : all + "H%d D%d".formatted(heads, headSize);
    }
}
