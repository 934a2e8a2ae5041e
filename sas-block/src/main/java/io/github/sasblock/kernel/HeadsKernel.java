package io.github.sasblock.kernel;

import java.util.List;

/**
 * The fused form of multi-head attention, grouped or not, and of simulated attention.
 *
 * @param headSize D
 * @param kernelSize K, 1 where heads are not convolved
 * @param biases whether the projections have biases
 * @param expandHeads whether heads are expanded
 * @param expandFeatures whether features are expanded
 * @param rotary where queries and keys are rotated
 * @param rotarySize the number of features rotated
 * @param rotaryBase the base of the angles
 * @param scoreSize D′, the features of queries and keys where they meet
 * @param causal whether a position sees only itself and what is before it
 * @param compactCache whether a cache holds heads as they are before their expansion
 */
public record HeadsKernel(
        int headSize,
        int kernelSize,
        boolean biases,
        boolean expandHeads,
        boolean expandFeatures,
        Rotary rotary,
        int rotarySize,
        double rotaryBase,
        int scoreSize,
        boolean causal,
        boolean compactCache)
        implements AttentionKernel {

    /** The longest windows whose scaled dot product has its derivative by hand, on a CPU. */
    private static final int LONGEST_BY_HAND = 2048;

    /** Where queries and keys are rotated by their positions. */
    public enum Rotary {
        /** Nowhere. */
        NONE,
        /** Before the expansion. */
        BEFORE,
        /** After the expansion, or where there is none. */
        AFTER
    }

    @Override
    public List<String> sources() {
        return List.of("layers", "attention");
    }

    @Override
    public String call(float dropout) {
        return "__torch__.attention(x, offsets, w, %s, %s, %s, %s)"
                .formatted(
                        layout(),
                        KernelFunction.literal(rotaryBase),
                        KernelFunction.literal(causal),
                        KernelFunction.literal((double) dropout));
    }

    @Override
    public String trainingBindings(float dropout) {
        double scale = rotary == Rotary.AFTER ? 1 / Math.sqrt(scoreSize) : 1;
        String sizes =
                "%d, %d, %d, %d".formatted(headSize, kernelSize, rotary.ordinal(), LONGEST_BY_HAND);
        String table =
                "%d, %s, %s, %s"
                        .formatted(
                                rotatedSize(),
                                KernelFunction.literal(rotaryBase),
                                KernelFunction.literal(scale),
                                KernelFunction.literal(featuresInPairs()));
        String parts =
                "%s, %s, %s, %s"
                        .formatted(
                                KernelFunction.literal(biases),
                                KernelFunction.literal(expandHeads),
                                KernelFunction.literal(expandFeatures),
                                KernelFunction.literal(featuresInPairs()));
        String passes =
                """
def attention_for_model(x: Tensor, offsets: Tensor, w: List[Tensor]) -> Tensor:
    return $call
def attention_tables_for_model(T: int, compute: int, like: Tensor) -> List[Tensor]:
    return __torch__.attention_tables(T, $table, compute, like)
def attention_prepare_for_model(w: List[Tensor], compute: int) -> List[List[Tensor]]:
    return __torch__.attention_prepare(w, $size, $parts, compute)
def attention_buffers_for_model(g: List[Tensor], p: List[List[Tensor]]) -> List[List[Tensor]]:
    return __torch__.attention_buffers(g, p, $parts)
def attention_collect_for_model(b: List[List[Tensor]], g: List[Tensor]) -> None:
    __torch__.attention_collect(b, g, $size, $parts)
def attention_forward_for_model(x: Tensor, B: int, offsets: Tensor, \
p: List[List[Tensor]], tables: List[Tensor], compute: int) -> Tuple[Tensor, List[Tensor]]:
    return __torch__.attention_forward(x, B, offsets, p, tables, $all, compute)
def attention_backward_for_model(gy: Tensor, B: int, saved: List[Tensor], p: List[List[Tensor]], \
g: List[List[Tensor]], tables: List[Tensor], compute: int) -> Tensor:
    return __torch__.attention_backward(gy, B, saved, p, g, tables, $all, compute)
""";
        return passes.replace("$call", call(dropout))
                .replace("$table", table)
                .replace("$size", Integer.toString(headSize))
                .replace("$parts", parts)
                .replace("$all", sizes);
    }

    @Override
    public boolean needsAutograd(boolean gpu, long length) {
        return gpu || length > LONGEST_BY_HAND;
    }

    @Override
    public String decodingBindings() {
        String compact = KernelFunction.literal(compactCache);
        return AttentionKernel.decodingBindings(
                "__torch__.attention_tables_at(first, length, %d, %s, %d, %s, %s, like)"
                        .formatted(
                                rotatedSize(),
                                KernelFunction.literal(rotaryBase),
                                rotary.ordinal(),
                                KernelFunction.literal(expandHeads || expandFeatures),
                                compact),
                "__torch__.continued_attention(x, w, rooms, first, tables, %s, %s)"
                        .formatted(layout(), compact));
    }

    /** Whether the training step has expanded features in the pairs that it rotates. */
    private boolean featuresInPairs() {
        return expandFeatures && rotary == Rotary.AFTER;
    }

    private int rotatedSize() {
        return rotary == Rotary.NONE ? 2 : rotarySize;
    }

    private String layout() {
        return "%d, %s, %s, %s, %d"
                .formatted(
                        headSize,
                        KernelFunction.literal(biases),
                        KernelFunction.literal(expandHeads),
                        KernelFunction.literal(expandFeatures),
                        rotary.ordinal());
    }
}
