package io.github.sasblock.examples.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.Application;
import ai.djl.repository.MRL;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReviewRepositoryTest {

    @TempDir private Path folder;

    @Test
    void unpacksEveryFolderIntoItsOwn(@TempDir Path other) throws Exception {
        InventedReviews.writeRepository(folder, 2, 2, 1);
        InventedReviews.writeRepository(other, 2, 2, 1);
        assertThat(ReviewRepository.open(folder).unpacked())
                .isEqualTo(ReviewRepository.open(folder).unpacked())
                .isNotEqualTo(ReviewRepository.open(other).unpacked());
    }

    @Test
    void unpacksAgainWhenItsDescriptionChanges() throws Exception {
        InventedReviews.writeRepository(folder, 2, 2, 1);
        Path before = ReviewRepository.open(folder).unpacked();
        Path metadata = folder.resolve(ReviewRepository.METADATA);
        Files.writeString(metadata, "\n", StandardOpenOption.APPEND);
        assertThat(ReviewRepository.open(folder).unpacked()).isNotEqualTo(before);
    }

    @Test
    void saysWhatAFolderLacks() {
        assertThatThrownBy(() -> ReviewRepository.open(folder))
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        folder
                                + ": expected a folder in DJL's repository layout, with "
                                + ReviewRepository.METADATA);
    }

    @Test
    void saysWhichVersionIsMissing() throws Exception {
        InventedReviews.writeRepository(folder, 2, 2, 1);
        ReviewRepository repository = ReviewRepository.open(folder);
        MRL reviews =
                repository.dataset(
                        Application.NLP.ANY, "ai.djl.basicdataset", "stanford-movie-review", "9.9");
        assertThatThrownBy(reviews::getDefaultArtifact)
                .isInstanceOf(IOException.class)
                .hasMessage(ReviewRepository.METADATA + " lists no artifact of version 9.9");
    }
}
