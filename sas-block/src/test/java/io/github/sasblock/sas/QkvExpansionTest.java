package io.github.sasblock.sas;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import io.github.sasblock.sas.SasShape.HeadExpansionKind;
import io.github.sasblock.testing.ArrayTest;
import io.github.sasblock.testing.Blocks;
import io.github.sasblock.testing.GradientCheck;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class QkvExpansionTest extends ArrayTest {

    private static final SasShape FULL =
            new SasShape(2, 4, 6, 6, HeadExpansionKind.CONVOLUTION, 3, true);
    private static final Shape QUERY = new Shape(2, 3, 2, 4);
    private static final Shape KEY = new Shape(2, 5, 2, 4);

    static Stream<SasShape> shapes() {
        return Stream.of(
                FULL,
                FULL.withSharedValues(),
                new SasShape(2, 4, 6, 6, HeadExpansionKind.MLP, 1, true),
                new SasShape(2, 4, 6, 4, HeadExpansionKind.CONVOLUTION, 3, false),
                new SasShape(2, 4, 2, 6, HeadExpansionKind.NONE, 1, true));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void gradientsAreItsDerivatives(SasShape shape) {
        QkvExpansion expansion = expansion(shape, DataType.FLOAT64);
        NDArray query = manager.randomNormal(QUERY, DataType.FLOAT64);
        NDArray key = manager.randomNormal(KEY, DataType.FLOAT64);
        NDArray value = manager.randomNormal(KEY, DataType.FLOAT64);
        GradientCheck.of(manager, expansion)
                .with("query", query)
                .with("key", key)
                .with("value", value)
                .verify(
                        () -> {
                            NDList y = expand(expansion, query, key, value);
                            return y.get(0)
                                    .flatten()
                                    .concat(y.get(1).flatten())
                                    .concat(y.get(2).flatten());
                        });
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void outputsHaveTheShapesThatWereForetold(SasShape shape) {
        QkvExpansion expansion = expansion(shape, DataType.FLOAT32);
        NDArray key = manager.randomNormal(KEY);
        NDList y = expand(expansion, manager.randomNormal(QUERY), key, key);
        assertThat(y.getShapes())
                .isEqualTo(expansion.getOutputShapes(new Shape[] {QUERY, KEY, KEY}));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void countsItsParameters(SasShape shape) {
        QkvExpansion expansion = expansion(shape, DataType.FLOAT32);
        assertThat(expansion.parameterCount()).isEqualTo(Blocks.parameterCount(expansion));
    }

    @Test
    void hasTheParametersAndOperationsOfThePaper() {
        QkvExpansion expansion = new QkvExpansion(FULL, SasInitialization.PYTORCH);
        int h = 2;
        int h2 = 6;
        int d = 4;
        int d2 = 6;
        int k = 3;
        assertThat(expansion.parameterCount())
                .isEqualTo(
                        3 * (h * h2 * k + h2 * h2 * k + 2 * h2) + 2 * (d * d2 + d2 * d2 + 2 * d2));
        assertThat(expansion.multiplyAdds())
                .isEqualTo(3 * d * k * (h * h2 + h2 * h2) + 2 * h2 * (d * d2 + d2 * d2));
    }

    @Test
    void takesThreeInputs() {
        QkvExpansion expansion = expansion(FULL, DataType.FLOAT32);
        NDArray query = manager.randomNormal(QUERY);
        assertThatThrownBy(() -> expand(expansion, query, query))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("number of inputs = 2, expected query, key and value");
    }

    private NDList expand(QkvExpansion expansion, NDArray... heads) {
        return expansion.forward(Blocks.parameters(manager), new NDList(heads), true);
    }

    private QkvExpansion expansion(SasShape shape, DataType type) {
        return Blocks.initialized(
                new QkvExpansion(shape, SasInitialization.PYTORCH), manager, type, QUERY, KEY, KEY);
    }
}
