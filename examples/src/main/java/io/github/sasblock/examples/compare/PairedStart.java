package io.github.sasblock.examples.compare;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.util.Pair;
import io.github.sasblock.examples.train.InPlace;
import io.github.sasblock.transformer.CausalLanguageModel;
import io.github.sasblock.transformer.LanguageModelConfig;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The initial values that the baseline has with a seed. Another model begins with the same values
 * in every parameter that the baseline has too, by name and shape, so that less of the difference
 * between them is luck.
 */
final class PairedStart implements AutoCloseable {

    private final NDManager manager;
    private final Map<String, NDArray> values = new LinkedHashMap<>();

    /** Draws the values as training does. */
    PairedStart(LanguageModelConfig baseline, long seed, int context) {
        manager = NDManager.newBaseManager();
        manager.getEngine().setRandomSeed((int) seed);
        CausalLanguageModel model = new CausalLanguageModel(baseline);
        model.initialize(manager, DataType.FLOAT32, new Shape(1, context));
        for (Pair<String, Parameter> parameter : model.getParameters()) {
            values.put(parameter.getKey(), parameter.getValue().getArray());
        }
    }

    /**
     * Gives a model the values that it shares with the baseline.
     *
     * @return the number of values that it now shares
     */
    long applyTo(Block model) {
        long shared = 0;
        for (Pair<String, Parameter> parameter : model.getParameters()) {
            NDArray source = values.get(parameter.getKey());
            NDArray target = parameter.getValue().getArray();
            if (source != null && source.getShape().equals(target.getShape())) {
                InPlace.copy(target, source);
                shared += target.size();
            }
        }
        return shared;
    }

    @Override
    public void close() {
        manager.close();
    }
}
