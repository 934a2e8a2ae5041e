package io.github.sasblock.examples.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.engine.Engine;
import ai.djl.modality.nlp.DefaultVocabulary;
import ai.djl.modality.nlp.Vocabulary;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import ai.djl.nn.Block;
import ai.djl.nn.Blocks;
import ai.djl.training.ParameterStore;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class MovieReviewClassifierTest {

    private static final int EMBEDDING_SIZE = 8;
    private static final int HEADS = 2;
    private static final Offset<Float> ROUNDING = Offset.offset(1e-5f);
    private static final Vocabulary WORDS =
            new DefaultVocabulary(
                    List.of(
                            "the",
                            "plot",
                            "was",
                            "not",
                            "good",
                            "bad",
                            MovieReviewClassifier.PADDING));

    private NDManager manager;

    @BeforeEach
    void open() {
        Engine.getInstance().setRandomSeed(5);
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void close() {
        manager.close();
    }

    @ParameterizedTest
    @EnumSource
    void givesAReviewTheSameLogitsWhateverPaddingFollows(AttentionChoice choice) {
        MovieReviewClassifier classifier = initialized(choice);
        float[] alone = logits(classifier, "the plot was not bad");
        float[] padded = logits(classifier, "the plot was not bad <pad> <pad> <pad>");
        for (int i = 0; i < alone.length; i++) {
            assertThat(padded[i]).isCloseTo(alone[i], ROUNDING);
        }
    }

    @ParameterizedTest
    @EnumSource
    void seesTheOrderOfTheWords(AttentionChoice choice) {
        MovieReviewClassifier classifier = initialized(choice);
        float[] good = logits(classifier, "the plot was not bad good");
        float[] bad = logits(classifier, "the plot was bad not good");
        assertThat(Math.abs(good[0] - bad[0])).isGreaterThan(100 * ROUNDING.value);
    }

    @Test
    void givesAReviewWithoutWordsFiniteLogits() {
        float[] logits = logits(initialized(AttentionChoice.SAS), "<pad> <pad>");
        assertThat(logits).hasSize(2);
        assertThat(Float.isFinite(logits[0]) && Float.isFinite(logits[1])).isTrue();
    }

    @ParameterizedTest
    @EnumSource
    void isTheSameAfterSavingAndLoading(AttentionChoice choice) throws Exception {
        MovieReviewClassifier saved = initialized(choice);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        saved.saveParameters(new DataOutputStream(bytes));
        MovieReviewClassifier loaded = classifier(choice.create(EMBEDDING_SIZE, HEADS));
        loaded.loadParameters(
                manager, new DataInputStream(new ByteArrayInputStream(bytes.toByteArray())));
        String review = "the plot was good";
        assertThat(logits(loaded, review)).containsExactly(logits(saved, review));
    }

    @Test
    void refusesIncompleteSettings() {
        MovieReviewClassifier.Builder builder = MovieReviewClassifier.builder();
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("expected a vocabulary that contains <pad>");
        builder.setVocabulary(WORDS).setEmbeddingSize(7);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("embeddingSize = 7: expected a positive even number");
        builder.setEmbeddingSize(EMBEDDING_SIZE);
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("expected an attention block, found none");
        assertThat(builder.setAttention(Blocks.identityBlock()).build()).isNotNull();
    }

    private MovieReviewClassifier initialized(AttentionChoice choice) {
        MovieReviewClassifier classifier = classifier(choice.create(EMBEDDING_SIZE, HEADS));
        classifier.initialize(manager, DataType.FLOAT32, new Shape(1, 1));
        return classifier;
    }

    private static MovieReviewClassifier classifier(Block attention) {
        return MovieReviewClassifier.builder()
                .setVocabulary(WORDS)
                .setEmbeddingSize(EMBEDDING_SIZE)
                .setAttention(attention)
                .build();
    }

    private float[] logits(MovieReviewClassifier classifier, String review) {
        long[] words = Arrays.stream(review.split(" ")).mapToLong(WORDS::getIndex).toArray();
        NDArray indices = manager.create(words).expandDims(0); // [1, T]
        return classifier
                .forward(new ParameterStore(manager, false), new NDList(indices), false)
                .singletonOrThrow()
                .toFloatArray();
    }
}
