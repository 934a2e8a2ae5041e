package io.github.sasblock.examples.selfcheck;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import java.io.IOException;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class SelfCheckTest {

    static List<SelfCheck> all() {
        return SelfCheck.all();
    }

    @ParameterizedTest
    @MethodSource("all")
    void allPassOnTheCpu(SelfCheck check) throws IOException {
        SelfCheck.Outcome outcome = check.run(Device.cpu());
        assertThat(outcome.passed()).as(check.name() + ": " + outcome.detail()).isTrue();
    }

    @Test
    void namesDiffer() {
        assertThat(SelfCheck.all()).extracting(SelfCheck::name).doesNotHaveDuplicates();
    }

    @Test
    void seesAWrongValue() {
        assertFails(
                x -> x.mul(1).add(x.mul(0.001).stopGradient()),
                "in the output, expected at most 1.0e-04");
    }

    @Test
    void seesAWrongGradient() {
        // The value is that of x, the gradient is not.
        assertFails(
                x -> x.mul(0.9).add(x.mul(0.1).stopGradient()),
                "in the gradient of the input, expected at most 1.0e-04");
    }

    @Test
    void seesWhatIsNotANumber() {
        assertFails(x -> x.div(0).sub(x.div(0)), "error NaN");
    }

    /** Checks a block that is x in double precision, and something else in single precision. */
    private static void assertFails(UnaryOperator<NDArray> wrong, String detail) {
        ParityCheck check = new ParityCheck("wrong", () -> block(wrong), new Shape(3, 4));
        SelfCheck.Outcome outcome = check.run(Device.cpu());
        assertThat(outcome.passed()).isFalse();
        assertThat(outcome.detail()).contains(detail);
    }

    private static Block block(UnaryOperator<NDArray> wrong) {
        return new LambdaBlock(
                inputs -> {
                    NDArray x = inputs.singletonOrThrow();
                    boolean isDouble = x.getDataType() == DataType.FLOAT64;
                    return new NDList(isDouble ? x.mul(1) : wrong.apply(x));
                });
    }
}
