package io.github.sasblock.transformer;

import io.github.sasblock.sas.CacheForm;
import io.github.sasblock.sas.RotaryPlacement;
import io.github.sasblock.sas.SasInitialization;
import io.github.sasblock.sas.SasShape;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Tuple;

/** Attentions of any kind and small sizes, for properties that hold of all. */
final class AnyAttention {

    private AnyAttention() {}

    static Arbitrary<AttentionConfig> any() {
        return Arbitraries.frequencyOf(
                Tuple.of(4, derivedByHand()), Tuple.of(1, derivedByAutograd()));
    }

    static Arbitrary<AttentionConfig> derivedByHand() {
        return Arbitraries.frequencyOf(Tuple.of(1, multiHead()), Tuple.of(3, simulated()));
    }

    static Arbitrary<AttentionConfig> derivedByAutograd() {
        return Arbitraries.of(
                new MlaConfig(3, 4, 2, 4, 5, 6, false, 10_000),
                new MlaConfig(2, 4, 0, 6, 5, 6, true, 10_000),
                new MfaConfig(3, 4, 5, true, true, 10_000),
                new MfaConfig(2, 6, 5, false, false, 10_000),
                new TpaConfig(3, 4, 6, 2, true, true, 10_000),
                new TpaConfig(3, 4, 0, 2, false, true, 10_000),
                new TpaConfig(2, 6, 1, 1, false, false, 10_000));
    }

    private static Arbitrary<AttentionConfig> multiHead() {
        return Combinators.combine(
                        Arbitraries.of(1, 2, 3),
                        Arbitraries.of(1, 2, 3),
                        Arbitraries.of(2, 4, 6),
                        Arbitraries.of(true, false),
                        Arbitraries.of(true, false))
                .as(
                        (keys, group, size, bias, rotary) ->
                                new MultiHeadConfig(
                                        keys * group, keys, size, bias, rotary, 10_000));
    }

    private static Arbitrary<AttentionConfig> simulated() {
        Arbitrary<SasShape> shapes =
                Combinators.combine(
                                Arbitraries.of(1, 2, 3),
                                Arbitraries.of(2, 4, 6),
                                Arbitraries.of(1, 2, 3),
                                Arbitraries.of(0, 2),
                                Arbitraries.of(HeadExpansionKind.values()),
                                Arbitraries.of(1, 3, 5))
                        .as(AnyAttention::shape);
        return Combinators.combine(
                        shapes,
                        Arbitraries.of(true, false),
                        Arbitraries.of(Aggregation.values()),
                        Arbitraries.of(true, false),
                        Arbitraries.of(RotaryPlacement.values()),
                        Arbitraries.of(CacheForm.values()))
                .as(
                        (shape, sharesValues, aggregation, bias, rotary, cache) ->
                                new SasConfig(
                                        variant(shape, sharesValues, aggregation),
                                        bias,
                                        rotary,
                                        10_000,
                                        SasInitialization.PYTORCH,
                                        cache));
    }

    private static SasShape shape(
            int heads, int size, int groups, int more, HeadExpansionKind kind, int kernel) {
        boolean expands = kind != HeadExpansionKind.NONE;
        return new SasShape(
                heads,
                size,
                expands ? heads * groups : heads,
                size + more,
                kind,
                kind == HeadExpansionKind.CONVOLUTION ? kernel : 1,
                more > 0);
    }

    private static SasShape variant(SasShape shape, boolean sharesValues, Aggregation aggregation) {
        boolean shares = sharesValues && shape.headExpansion() != HeadExpansionKind.NONE;
        return (shares ? shape.withSharedValues() : shape).withAggregation(aggregation);
    }
}
