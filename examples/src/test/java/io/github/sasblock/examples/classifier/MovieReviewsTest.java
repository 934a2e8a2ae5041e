package io.github.sasblock.examples.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.modality.nlp.Vocabulary;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.training.dataset.Batch;
import ai.djl.training.dataset.RandomAccessDataset;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MovieReviewsTest {

    private static final int BATCH = 16;
    private static final int ALL = Integer.MAX_VALUE;

    @TempDir private Path folder;
    private NDManager manager;

    @BeforeEach
    void openManager() {
        manager = NDManager.newBaseManager();
    }

    @AfterEach
    void closeManager() {
        manager.close();
    }

    @Test
    void fillShortReviewsUpToTheLongestOfTheirBatch() throws Exception {
        MovieReviews reviews = invented(64, ALL);
        long padding = reviews.vocabulary().getIndex(MovieReviewClassifier.PADDING);
        for (Batch batch : reviews.test().getData(manager)) {
            NDArray indices = batch.getData().singletonOrThrow(); // [B, T]
            NDArray words = indices.neq(padding).toType(DataType.INT64, false);
            NDArray lengths = words.sum(new int[] {1}); // [B]
            assertThat(indices.getDataType()).isEqualTo(DataType.INT64);
            assertThat(indices.getShape().get(1)).isEqualTo(lengths.max().getLong());
            assertThat(lengths.min().getLong()).isLessThan(lengths.max().getLong());
            batch.close();
        }
    }

    @Test
    void readTheTestWithTheWordsOfTheTraining() throws Exception {
        Vocabulary vocabulary = invented(64, ALL).vocabulary();
        List<String> words = new ArrayList<>();
        for (Batch batch : invented(64, ALL).test().getData(manager)) {
            for (long index : batch.getData().singletonOrThrow().toLongArray()) {
                words.add(vocabulary.getToken(index));
            }
            batch.close();
        }
        assertThat(words).contains("<bos>", "the", "not", ".").doesNotContain("<unk>");
    }

    @Test
    void keepTheBeginningOfALongReview() throws Exception {
        for (Batch batch : invented(5, ALL).train().getData(manager)) {
            assertThat(batch.getData().singletonOrThrow().getShape().get(1)).isEqualTo(1 + 5);
            batch.close();
        }
    }

    @Test
    void keepBothSentimentsUnderALimit() throws Exception {
        MovieReviews reviews = invented(64, 40);
        assertThat(labels(reviews.train())).hasSize(40).contains(0, 1);
        assertThat(labels(reviews.test())).hasSize(40).contains(0, 1);
    }

    @Test
    void comeFromTheRepositoryGivenAndNoOther(@TempDir Path other) throws Exception {
        InventedReviews.writeRepository(folder, 96, 16, 1);
        InventedReviews.writeRepository(other, 48, 16, 1);
        assertThat(load(folder, 64, ALL).train().size()).isEqualTo(96);
        assertThat(load(other, 64, ALL).train().size()).isEqualTo(48);
    }

    @Test
    void areRefusedIfTheArchiveIsNotTheOneDescribed() throws Exception {
        InventedReviews.writeRepository(folder, 16, 16, 1);
        replaceArchive("aclImdb/train/pos/0_8.txt");
        assertThatThrownBy(() -> load(folder, 64, ALL))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(folder.toUri().toString())
                .hasMessageContaining("Checksum error");
    }

    @Test
    void areRefusedIfTheArchiveHoldsOtherFiles() throws Exception {
        InventedReviews.writeRepository(folder, 16, 16, 1);
        replaceArchive("aclImdb/train/pos/one.txt");
        Path metadata = folder.resolve(ReviewRepository.METADATA);
        Files.writeString(
                metadata, Files.readString(metadata).replaceFirst("\"sha1Hash\" : \"\\w+\",", ""));
        assertThatThrownBy(() -> load(folder, 64, ALL))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("expected as an archive of aclImdb/{train,test}/{pos,neg}/")
                .hasMessageNotContaining("Checksum error");
    }

    private MovieReviews invented(int maxLength, int limit) throws IOException {
        InventedReviews.writeRepository(folder, 400, 160, 1);
        return load(folder, maxLength, limit);
    }

    private MovieReviews load(Path repository, int maxLength, int limit) {
        return MovieReviews.load(
                new ReviewRepository(repository, repository.resolve("unpacked")),
                new MovieReviews.Options(BATCH, maxLength, limit, 1),
                manager,
                null);
    }

    private List<Integer> labels(RandomAccessDataset reviews) throws Exception {
        List<Integer> labels = new ArrayList<>();
        for (Batch batch : reviews.getData(manager)) {
            for (int label : batch.getLabels().singletonOrThrow().toIntArray()) {
                labels.add(label);
            }
            batch.close();
        }
        return labels;
    }

    private void replaceArchive(String onlyFile) throws IOException {
        Path archive = folder.resolve(ReviewRepository.HOME).resolve("1.0/aclImdb.zip");
        assertThat(archive).exists();
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(archive))) {
            zip.putNextEntry(new ZipEntry(onlyFile));
            zip.closeEntry();
        }
    }
}
