package io.github.sasblock.examples.classifier;

import ai.djl.modality.nlp.Vocabulary;
import ai.djl.modality.nlp.embedding.TrainableWordEmbedding;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.AbstractBlock;
import ai.djl.nn.Block;
import ai.djl.nn.Parameter;
import ai.djl.nn.core.Linear;
import ai.djl.nn.norm.LayerNorm;
import ai.djl.training.ParameterStore;
import ai.djl.training.initializer.NormalInitializer;
import ai.djl.util.PairList;

/**
 * A small sentiment classifier around any self-attention block.
 *
 * <p>Words are embedded, sinusoidal positions added, the attention's output added to that, the mean
 * over the words taken, and two logits read off. The attention is a constructor argument: whatever
 * takes {@code [x, mask]}, x being [B, T, E] and the mask [B, T, T] with 1 for every key that may
 * be seen, and returns [B, T, E], fits. The mask and the mean leave the padding out, so that a
 * review's logits do not depend on the longest review in its batch.
 *
 * <p>Input: word indices [B, T], INT64. Output: logits [B, 2], negative and positive.
 */
public final class MovieReviewClassifier extends AbstractBlock {

    /** The word that fills short reviews up to the length of the longest in their batch. */
    public static final String PADDING = "<pad>";

    /** The number of classes: negative (0) and positive (1). */
    public static final int CLASSES = 2;

    private static final byte VERSION = 1;
    private static final float WORD_DEVIATION = 0.3f;
    private static final double LONGEST_WAVE = 10_000;

    private final int embeddingSize;
    private final long padding;
    private final float[] frequencies; // [E / 2]
    private final TrainableWordEmbedding words;
    private final LayerNorm norm;
    private final Block attention;
    private final Linear output;

    private MovieReviewClassifier(Builder builder) {
        super(VERSION);
        embeddingSize = builder.embeddingSize;
        padding = builder.vocabulary.getIndex(PADDING);
        frequencies = frequencies(embeddingSize);
        words =
                addChildBlock(
                        "words", new TrainableWordEmbedding(builder.vocabulary, embeddingSize));
        words.setInitializer(new NormalInitializer(WORD_DEVIATION), Parameter.Type.WEIGHT);
        norm = addChildBlock("norm", LayerNorm.builder().axis(2).build());
        attention = addChildBlock("attention", builder.attention);
        output = addChildBlock("output", Linear.builder().setUnits(CLASSES).build());
    }

    /**
     * Returns a builder.
     *
     * @return a new builder
     */
    public static Builder builder() {
        return new Builder();
    }

    /** {@inheritDoc} */
    @Override
    protected NDList forwardInternal(
            ParameterStore parameterStore,
            NDList inputs,
            boolean training,
            PairList<String, Object> params) {
        NDArray indices = inputs.singletonOrThrow(); // [B, T]
        long batch = indices.getShape().get(0);
        long length = indices.getShape().get(1);

        NDArray isWord = indices.neq(padding).toType(DataType.FLOAT32, false); // [B, T]
        NDArray mask = isWord.expandDims(1).broadcast(batch, length, length); // [B, T, T]

        NDArray x = forward(words, parameterStore, new NDList(indices), training); // [B, T, E]
        x = x.add(positions(indices.getManager(), length));
        NDArray normal = forward(norm, parameterStore, new NDList(x), training);
        x = x.add(forward(attention, parameterStore, new NDList(normal, mask), training));
        return output.forward(parameterStore, new NDList(mean(x, isWord)), training, params);
    }

    private static NDArray forward(
            Block block, ParameterStore parameterStore, NDList inputs, boolean training) {
        return block.forward(parameterStore, inputs, training).singletonOrThrow();
    }

    // Sines and cosines of E / 2 wavelengths, from 2 pi to 20 000 pi: [T, E].
    private NDArray positions(NDManager manager, long length) {
        NDArray times = manager.arange(0f, length, 1f).expandDims(1); // [T, 1]
        NDArray angles = times.mul(manager.create(frequencies)); // [T, E / 2]
        return angles.sin().concat(angles.cos(), 1);
    }

    // The mean over the words alone: [B, T, E], [B, T] -> [B, E].
    private static NDArray mean(NDArray x, NDArray isWord) {
        int[] time = {1};
        NDArray sum = x.mul(isWord.expandDims(2)).sum(time);
        return sum.div(isWord.sum(time, true).maximum(1));
    }

    private static float[] frequencies(int embeddingSize) {
        float[] frequencies = new float[embeddingSize / 2];
        for (int i = 0; i < frequencies.length; i++) {
            frequencies[i] = (float) Math.pow(LONGEST_WAVE, -(double) i / frequencies.length);
        }
        return frequencies;
    }

    /** {@inheritDoc} */
    @Override
    protected void initializeChildBlocks(
            NDManager manager, DataType dataType, Shape... inputShapes) {
        Shape indices = inputShapes[0]; // [B, T]
        Shape embedded = indices.add(embeddingSize); // [B, T, E]
        Shape mask = indices.add(indices.get(1)); // [B, T, T]
        words.initialize(manager, dataType, indices);
        norm.initialize(manager, dataType, embedded);
        attention.initialize(manager, dataType, embedded, mask);
        output.initialize(manager, dataType, new Shape(indices.get(0), embeddingSize));
    }

    /** {@inheritDoc} */
    @Override
    public Shape[] getOutputShapes(Shape[] inputShapes) {
        return new Shape[] {new Shape(inputShapes[0].get(0), CLASSES)};
    }

    /** A builder of {@link MovieReviewClassifier}s. */
    public static final class Builder {

        private Vocabulary vocabulary;
        private int embeddingSize;
        private Block attention;

        private Builder() {}

        /**
         * Sets the words that the classifier knows, {@link MovieReviewClassifier#PADDING} among
         * them.
         *
         * @param vocabulary the vocabulary that made the word indices
         * @return this builder
         */
        public Builder setVocabulary(Vocabulary vocabulary) {
            this.vocabulary = vocabulary;
            return this;
        }

        /**
         * Sets the embedding size E, which must be that of the attention.
         *
         * @param embeddingSize a positive even number
         * @return this builder
         */
        public Builder setEmbeddingSize(int embeddingSize) {
            this.embeddingSize = embeddingSize;
            return this;
        }

        /**
         * Sets the attention.
         *
         * @param attention a block that takes [B, T, E] and a mask [B, T, T] and returns [B, T, E]
         * @return this builder
         */
        public Builder setAttention(Block attention) {
            this.attention = attention;
            return this;
        }

        /**
         * Builds the classifier.
         *
         * @return a new classifier
         * @throws IllegalStateException if a setting is missing or not allowed
         */
        public MovieReviewClassifier build() {
            if (vocabulary == null || !vocabulary.contains(PADDING)) {
                throw new IllegalStateException("expected a vocabulary that contains " + PADDING);
            }
            if (embeddingSize < 2 || embeddingSize % 2 != 0) {
                throw new IllegalStateException(
                        "embeddingSize = " + embeddingSize + ": expected a positive even number");
            }
            if (attention == null) {
                throw new IllegalStateException("expected an attention block, found none");
            }
            return new MovieReviewClassifier(this);
        }
    }
}
