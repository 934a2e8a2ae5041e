package io.github.sasblock.sas;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.nn.Activation;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;

/** The form of every expansion: X₁ = f(X), X₂ = X₁ + g(ReLU(X₁)). */
final class ResidualExpansion {

    private ResidualExpansion() {}

    static NDArray expand(
            Block expansion,
            Block residual,
            ParameterStore parameterStore,
            NDArray x,
            boolean training) {
        NDArray x1 = apply(expansion, parameterStore, x, training);
        return x1.add(apply(residual, parameterStore, Activation.relu(x1), training));
    }

    private static NDArray apply(
            Block layer, ParameterStore parameterStore, NDArray x, boolean training) {
        return layer.forward(parameterStore, new NDList(x), training).singletonOrThrow();
    }
}
