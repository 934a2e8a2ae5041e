package io.github.sasblock.sas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.sas.SasShape.Aggregation;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import org.junit.jupiter.api.Test;

class SasBuilderTest {

    @Test
    void triplesHeadsAndAddsHalfTheFeatures() {
        assertThat(builder().build().description())
                .contains("simulatedHeadCount=6")
                .contains("simulatedHeadSize=6")
                .contains("CONVOLUTION")
                .contains("kernelSize=5");
        assertThat(builder().optHeadSize(5).build().description()).contains("simulatedHeadSize=8");
    }

    @Test
    void whatIsNotExpandedStays() {
        assertThat(builder().optExpandFeatures(false).build().description())
                .contains("simulatedHeadCount=6", "simulatedHeadSize=4");
        assertThat(builder().optHeadExpansion(HeadExpansionKind.NONE).build().description())
                .contains("simulatedHeadCount=2", "simulatedHeadSize=6", "kernelSize=1");
    }

    @Test
    void simulatedHeadsAreAMultipleOfHeads() {
        assertRefused(
                builder().optSimulatedHeadCount(5),
                "simulated head count H' = 5, expected a multiple of the head count H = 2");
        assertRefused(
                builder().optSimulatedHeadCount(1),
                "simulated head count H' = 1, expected a multiple of the head count H = 2");
        assertRefused(
                builder().optHeadExpansion(HeadExpansionKind.NONE).optSimulatedHeadCount(4),
                "simulated head count H' = 4, expected the head count H = 2, since heads are not"
                        + " expanded");
    }

    @Test
    void simulatedFeaturesAreNotFewer() {
        assertRefused(
                builder().optSimulatedHeadSize(3),
                "simulated head size D' = 3, expected at least the head size D = 4");
        assertRefused(
                builder().optExpandFeatures(false).optSimulatedHeadSize(6),
                "simulated head size D' = 6, expected the head size D = 4, since features are not"
                        + " expanded");
    }

    @Test
    void theKernelIsOddAndBelongsToTheConvolution() {
        assertThatThrownBy(() -> builder().optKernelSize(4))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("kernel size K = 4, expected an odd number");
        assertRefused(
                builder().optHeadExpansion(HeadExpansionKind.MLP).optKernelSize(3),
                "kernel size K = 3, expected none or 1, since heads are not expanded by"
                        + " convolution");
    }

    @Test
    void valuesAloneCannotBeLeftOutWhereNoHeadsAreExpanded() {
        assertRefused(
                builder().optHeadExpansion(HeadExpansionKind.NONE).optExpandValues(false),
                "expand values = false, expected true, since no heads are expanded");
    }

    @Test
    void theDescriptionOfThePapersFormIsThatOfFilesWrittenBeforeThereWereOthers() {
        assertThat(builder().build().description())
                .isEqualTo(
                        "SasAttention[E=8, SasShape[headCount=2, headSize=4, simulatedHeadCount=6,"
                                + " simulatedHeadSize=6, headExpansion=CONVOLUTION, kernelSize=5,"
                                + " expandFeatures=true], bias=true, causal=false, rotary=NONE]");
    }

    @Test
    void theDescriptionNamesWhatDepartsFromThePaper() {
        assertThat(builder().optExpandValues(false).build().description())
                .contains("expandFeatures=true, expandValues=false]");
        assertThat(builder().optAggregation(Aggregation.CONCATENATION).build().description())
                .contains("expandFeatures=true, aggregation=CONCATENATION]");
    }

    @Test
    void onlyAnEvenSizeIsRotated() {
        SasAttention.Builder builder = builder().optHeadSize(5).optSimulatedHeadSize(6);
        assertThat(builder.optRotary(RotaryPlacement.AFTER).build().description())
                .contains("AFTER");
        assertRefused(
                builder.optRotary(RotaryPlacement.BEFORE),
                "rotary size = 5, expected an even number, at least 2");
        assertRefused(
                builder().optSimulatedHeadSize(7).optRotary(RotaryPlacement.AFTER),
                "rotary size = 7, expected an even number, at least 2");
    }

    private static SasAttention.Builder builder() {
        return SasAttention.builder().setEmbeddingSize(8).setHeadCount(2);
    }

    private static void assertRefused(SasAttention.Builder builder, String message) {
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message);
    }
}
