package io.github.sasblock.examples.classifier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.sasblock.examples.classifier.InventedReviews.Review;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class InventedReviewsTest {

    private static final int COUNT = 2000;
    private static final List<Review> REVIEWS = InventedReviews.make(COUNT, 7);

    @Test
    void areTheSameForTheSameSeed() {
        assertThat(InventedReviews.make(COUNT, 7)).isEqualTo(REVIEWS);
        assertThat(InventedReviews.make(COUNT, 8)).isNotEqualTo(REVIEWS);
    }

    @Test
    void neverRepeatAText() {
        assertThat(REVIEWS).hasSize(COUNT).extracting(Review::text).doesNotHaveDuplicates();
    }

    @Test
    void comeInPairsOfOppositeSentiment() {
        for (int i = 0; i < COUNT; i += 2) {
            assertThat(REVIEWS.get(i).positive()).isTrue();
            assertThat(REVIEWS.get(i + 1).positive()).isFalse();
        }
    }

    @Test
    void haveTheSameWordsInAboutHalfOfThePairs() {
        int sameWords = 0;
        for (int i = 0; i < COUNT; i += 2) {
            if (sortedWords(REVIEWS.get(i)).equals(sortedWords(REVIEWS.get(i + 1)))) {
                sameWords++;
            }
        }
        assertThat(sameWords / (COUNT / 2.0)).isBetween(0.45, 0.55);
    }

    @Test
    void negateExactlyWhereThePairHasTheSameWords() {
        for (int i = 0; i < COUNT; i += 2) {
            List<String> words = sortedWords(REVIEWS.get(i));
            boolean negated = words.stream().anyMatch(List.of("not", "never", "hardly")::contains);
            assertThat(sortedWords(REVIEWS.get(i + 1)).equals(words)).isEqualTo(negated);
        }
    }

    @Test
    void refuseHalfAPair() {
        assertThatThrownBy(() -> InventedReviews.make(3, 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("count = 3: expected an even number, zero or more");
    }

    private static List<String> sortedWords(Review review) {
        return Arrays.stream(review.text().split("[ ,.]+")).sorted().toList();
    }
}
