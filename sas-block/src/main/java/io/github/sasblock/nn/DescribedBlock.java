package io.github.sasblock.nn;

import ai.djl.MalformedModelException;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.training.ParameterStore;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Locale;

/**
 * A block that knows its own configuration and saves it with its parameters, so that a file of
 * another block, or of the same block in another configuration, is refused instead of misread.
 */
public abstract class DescribedBlock extends AbstractBlock {

    /**
     * Creates the block.
     *
     * @param version the version of the block's form on disk
     */
    protected DescribedBlock(byte version) {
        super(version);
    }

    /**
     * Returns the name of the block and everything that determines the meaning of its parameters.
     *
     * @return for example {@code MultiHeadAttention[E=64, H=4, D=16, …]}
     */
    public abstract String description();

    /**
     * Writes a description.
     *
     * @param format the names, and where their values go, as in {@code "size=%d"}
     * @param values the values
     * @return the name of the block's class with the values in brackets
     */
    protected final String described(String format, Object... values) {
        return getClass().getSimpleName() + "[" + String.format(Locale.ROOT, format, values) + "]";
    }

    /**
     * Runs a child of one input and one output.
     *
     * @param child the child
     * @param parameterStore where parameters are read
     * @param x its input
     * @param training whether gradients are wanted
     * @return its output
     */
    protected static NDArray apply(
            Block child, ParameterStore parameterStore, NDArray x, boolean training) {
        return child.forward(parameterStore, new NDList(x), training).singletonOrThrow();
    }

    /** {@inheritDoc} */
    @Override
    protected void saveMetadata(DataOutputStream os) throws IOException {
        os.writeUTF(description());
        saveInputShapes(os);
    }

    /**
     * {@inheritDoc}
     *
     * @throws MalformedModelException if the file holds another version, another block, or this
     *     block in another configuration
     */
    @Override
    protected void loadMetadata(byte loadVersion, DataInputStream is)
            throws IOException, MalformedModelException {
        if (loadVersion != version) {
            throw new MalformedModelException(
                    "Cannot load "
                            + description()
                            + ": the file has version "
                            + loadVersion
                            + ", expected "
                            + version);
        }
        String found = readDescription(is);
        if (!found.equals(description())) {
            throw new MalformedModelException(
                    "Cannot load parameters: the file holds "
                            + found
                            + ", expected "
                            + description());
        }
        readInputShapes(is);
    }

    /**
     * {@inheritDoc}
     *
     * @throws MalformedModelException if the file holds another version, another block, or this
     *     block in another configuration, or is damaged
     */
    @Override
    public final void loadParameters(NDManager manager, DataInputStream is)
            throws IOException, MalformedModelException {
        try {
            super.loadParameters(manager, is);
        } catch (IllegalArgumentException
                | IndexOutOfBoundsException
                | NegativeArraySizeException e) { // DJL's answers to bytes that make no sense
            throw new MalformedModelException(
                    "Cannot load " + description() + ": the file is damaged", e);
        }
    }

    private String readDescription(DataInputStream is) throws MalformedModelException {
        try {
            return is.readUTF();
        } catch (IOException e) {
            throw new MalformedModelException(
                    "Cannot load " + description() + ": the file holds no such block", e);
        }
    }

    /** {@inheritDoc} */
    @Override
    public String toString() {
        return description();
    }
}
