package io.github.sasblock.kernel;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Collections;

/**
 * A function in TorchScript that takes and returns arrays. Gradients flow through it as through any
 * operation of the engine, unless it makes its own. It may be run by several threads at once.
 */
public final class Script {

    /** Also keeps the native module alive, which is freed with its model. */
    private final Model model;

    private final Block block;

    private final boolean autograd;

    private Script(Model model, boolean autograd) {
        this.model = model;
        this.autograd = autograd;
        block = model.getBlock();
    }

    /**
     * Compiles code that defines the module class {@code Kernel}, which takes so many arrays and is
     * run with or without autograd.
     *
     * <p>DJL would initialise the block, without a lock, at its first call, which may be that of
     * two threads.
     */
    static Script compile(String code, int inputs, boolean autograd)
            throws IOException, MalformedModelException {
        Model model = Model.newInstance("kernel", Kernels.ENGINE);
        try {
            model.load(new ByteArrayInputStream(ScriptArchive.of(code)));
            Shape[] unknown = Collections.nCopies(inputs, new Shape()).toArray(Shape[]::new);
            model.getBlock().initialize(model.getNDManager(), DataType.FLOAT32, unknown);
        } catch (IOException | MalformedModelException | RuntimeException e) {
            model.close();
            throw e;
        }
        return new Script(model, autograd);
    }

    /**
     * Runs the function.
     *
     * @param inputs its arguments; the results belong to the manager of the first
     * @return its results
     */
    public NDList run(NDList inputs) {
        for (NDArray input : inputs) {
            requirePlainName(input.getName());
        }
        ParameterStore none = new ParameterStore(inputs.head().getManager(), false);
        return block.forward(none, inputs, autograd);
    }

    /** DJL gives a meaning to such names of arguments. */
    private static void requirePlainName(String name) {
        boolean special =
                name != null
                        && (name.indexOf('.') >= 0
                                || name.indexOf('[') >= 0
                                || name.indexOf('(') >= 0
                                || name.indexOf(':') >= 0);
        if (special) {
            throw new IllegalArgumentException(
                    "name of an input array = "
                            + name
                            + ", expected one without any of . [ ( : , which DJL gives a meaning");
        }
    }

    @Override
    public String toString() {
        return "Script[" + model.getName() + "]";
    }
}
