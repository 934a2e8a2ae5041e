package io.github.sasblock.examples.compare.analysis;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.compare.analysis.Frontier.Point;
import io.github.sasblock.examples.compare.statistics.Sample;
import java.util.List;
import org.junit.jupiter.api.Test;

class FrontierTest {

    private static Point point(String name, double cost, double loss) {
        return new Point(name, cost, Sample.of(loss, loss));
    }

    private static List<String> front(Point... points) {
        return Frontier.of(List.of(points)).front().stream().map(Point::name).toList();
    }

    @Test
    void holdsWhatNoneUndercuts() {
        assertThat(
                        front(
                                point("dear and bad", 9, 3),
                                point("best", 8, 1),
                                point("cheap", 1, 4),
                                point("between", 3, 2),
                                point("as cheap, worse", 1, 5)))
                .containsExactly("cheap", "between", "best");
    }

    @Test
    void ofEqualLossesTheCheaperIsOnIt() {
        assertThat(front(point("dear", 2, 1), point("cheap", 1, 1))).containsExactly("cheap");
    }

    @Test
    void keepsAllPoints() {
        Point[] points = {point("b", 2, 3), point("a", 1, 1)};
        assertThat(Frontier.of(List.of(points)).points()).containsExactly(points);
    }
}
