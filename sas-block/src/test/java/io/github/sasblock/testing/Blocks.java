package io.github.sasblock.testing;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.training.ParameterStore;
import ai.djl.util.Pair;
import ai.djl.util.PairList;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;

/** Running, copying and saving blocks. */
public final class Blocks {

    private Blocks() {}

    /** Initialises a block and returns it. */
    public static <B extends Block> B initialized(
            B block, NDManager manager, DataType type, Shape... inputs) {
        block.initialize(manager, type, inputs);
        return block;
    }

    /** Runs a block as in inference. */
    public static NDArray infer(Block block, NDArray... inputs) {
        return forward(block, false, inputs);
    }

    /** Runs a block as in training, or not; no gradients are collected by this alone. */
    public static NDArray forward(Block block, boolean training, NDArray... inputs) {
        ParameterStore parameters = parameters(inputs[0].getManager());
        return block.forward(parameters, new NDList(inputs), training).singletonOrThrow();
    }

    /** Returns a store that reads the parameters where they are. */
    public static ParameterStore parameters(NDManager manager) {
        return new ParameterStore(manager, false);
    }

    /** Gives a block the values of another one's parameters, in their order, and its own type. */
    public static void copyParameters(Block from, Block to) {
        PairList<String, Parameter> values = from.getParameters();
        PairList<String, Parameter> places = to.getParameters();
        if (!values.keys().equals(places.keys())) {
            throw new IllegalArgumentException(values.keys() + " ≠ " + places.keys());
        }
        for (int i = 0; i < values.size(); i++) {
            set(places.valueAt(i), values.valueAt(i).getArray());
        }
    }

    /** Gives a parameter a value. */
    public static void set(Parameter parameter, NDArray value) {
        NDArray array = parameter.getArray();
        if (!array.getShape().equals(value.getShape())) {
            throw new IllegalArgumentException(value.getShape() + " ≠ " + array.getShape());
        }
        try (NDArray converted = value.toType(array.getDataType(), true)) {
            converted.copyTo(array);
        }
    }

    /** Returns the number of values that a block's parameters hold. */
    public static long parameterCount(Block block) {
        long count = 0;
        for (Pair<String, Parameter> parameter : block.getParameters()) {
            count += parameter.getValue().getArray().size();
        }
        return count;
    }

    /** Returns what a block saves. */
    public static byte[] saved(Block block) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        block.saveParameters(new DataOutputStream(bytes));
        return bytes.toByteArray();
    }

    /** Loads what a block saved. */
    public static void load(Block block, NDManager manager, byte[] saved)
            throws IOException, MalformedModelException {
        block.loadParameters(manager, new DataInputStream(new ByteArrayInputStream(saved)));
    }

    /** Returns max |a − b|, in double precision. */
    public static double distance(NDArray a, NDArray b) {
        if (!a.getShape().equals(b.getShape())) {
            throw new IllegalArgumentException(a.getShape() + " ≠ " + b.getShape());
        }
        NDArray difference = a.toType(DataType.FLOAT64, true).sub(b.toType(DataType.FLOAT64, true));
        return difference.abs().max().getDouble();
    }
}
