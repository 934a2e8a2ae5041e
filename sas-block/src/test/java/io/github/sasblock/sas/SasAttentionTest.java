package io.github.sasblock.sas;

import io.github.sasblock.attention.AttentionBuilder;
import io.github.sasblock.attention.AttentionConformance;
import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import org.junit.jupiter.api.Nested;

class SasAttentionTest {

    /** Small SAS: H = 2, D = 4, H′ = 4, D′ = 6, and K = 5 unless a variant says otherwise. */
    abstract static class Conformance extends AttentionConformance {

        abstract SasAttention.Builder variant(SasAttention.Builder builder);

        @Override
        protected final AttentionBuilder<?> builder() {
            return variant(
                    SasAttention.builder()
                            .setEmbeddingSize(EMBEDDING)
                            .setHeadCount(2)
                            .optHeadSize(4)
                            .optSimulatedHeadCount(4)
                            .optSimulatedHeadSize(6));
        }
    }

    @Nested
    class KernelOfFive extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optKernelSize(5);
        }
    }

    @Nested
    class KernelOfThreeWithRotaryAfter extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optKernelSize(3).optRotary(RotaryPlacement.AFTER);
        }
    }

    @Nested
    class KernelOfOneWithRotaryBefore extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optKernelSize(1).optRotary(RotaryPlacement.BEFORE);
        }
    }

    @Nested
    class Mlp extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optHeadExpansion(HeadExpansionKind.MLP).optBias(false);
        }
    }

    @Nested
    class HeadsOnly extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optExpandFeatures(false).optSimulatedHeadSize(4);
        }
    }

    @Nested
    class FeaturesOnly extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optHeadExpansion(HeadExpansionKind.NONE).optSimulatedHeadCount(2);
        }
    }

    @Nested
    class SharedValues extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optExpandValues(false).optRotary(RotaryPlacement.AFTER);
        }
    }

    @Nested
    class SharedValuesWithExpandedCache extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optExpandValues(false)
                    .optHeadExpansion(HeadExpansionKind.MLP)
                    .optCacheForm(CacheForm.EXPANDED);
        }
    }

    @Nested
    class SharedValuesWithConcatenation extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optExpandValues(false)
                    .optAggregation(Aggregation.CONCATENATION)
                    .optRotary(RotaryPlacement.AFTER);
        }
    }

    @Nested
    class Concatenation extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optAggregation(Aggregation.CONCATENATION);
        }
    }

    @Nested
    class IdentityStart extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optInitialization(SasInitialization.IDENTITY)
                    .optRotary(RotaryPlacement.AFTER);
        }
    }

    @Nested
    class ExpandedCacheWithRotaryAfter extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optCacheForm(CacheForm.EXPANDED).optRotary(RotaryPlacement.AFTER);
        }
    }

    @Nested
    class ExpandedCacheWithRotaryBefore extends Conformance {
        @Override
        SasAttention.Builder variant(SasAttention.Builder builder) {
            return builder.optCacheForm(CacheForm.EXPANDED).optRotary(RotaryPlacement.BEFORE);
        }
    }
}
