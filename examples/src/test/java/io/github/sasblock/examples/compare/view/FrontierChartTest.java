package io.github.sasblock.examples.compare.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.compare.analysis.Frontier;
import io.github.sasblock.examples.compare.analysis.Frontier.Point;
import io.github.sasblock.examples.compare.statistics.Sample;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FrontierChartTest {

    private static String draw(List<Point> points) {
        Map<String, Integer> colors = new LinkedHashMap<>();
        points.forEach(point -> colors.put(point.name(), colors.size()));
        return new FrontierChart("title", Frontier.of(points), colors, "cost", String::valueOf)
                .draw()
                .inline();
    }

    private static long count(String svg, String part) {
        return svg.lines().filter(line -> line.contains(part)).count();
    }

    @Test
    void namesEveryPointAndFillsThoseOnTheFront() {
        List<Point> points =
                IntStream.range(0, 20)
                        .mapToObj(
                                i ->
                                        new Point(
                                                "variant-" + i,
                                                1e9 * (1 + i % 7),
                                                Sample.of(2 + 0.01 * i, 2.02 + 0.01 * i)))
                        .toList();
        String svg = draw(points);
        points.forEach(point -> assertThat(svg).contains(">" + point.name() + "</text>"));
        assertThat(count(svg, "<circle class=\"point")).isEqualTo(20);
        assertThat(count(svg, "hollow")).isEqualTo(19); // the cheapest is the best here
        assertThat(count(svg, "class=\"error")).isEqualTo(3 * 20);
    }

    @Test
    void aLossFarAboveTheOthersIsAnArrowWithItsValue() {
        List<Point> points =
                List.of(
                        new Point("a", 1, Sample.of(2.0, 2.02)),
                        new Point("b", 2, Sample.of(2.1, 2.12)),
                        new Point("c", 3, Sample.of(2.2, 2.22)),
                        new Point("stuck", 4, Sample.of(3.7, 3.86)));
        String svg = draw(points);
        assertThat(svg).contains(">stuck 3.78</text>").contains(">c</text>");
        assertThat(count(svg, "<circle class=\"point")).isEqualTo(3);
        assertThat(svg).doesNotContain(">3.5</text>"); // the axis is for the others
    }

    @Test
    void drawsNoErrorOfOneSeed() {
        String svg = draw(List.of(new Point("a", 5, Sample.of(2.0))));
        assertThat(count(svg, "class=\"error")).isZero();
        assertThat(svg).doesNotContain("NaN");
    }

    @Test
    void ticksAreRoundNumbers() {
        assertThat(FrontierChart.logarithmicTicks(0.5, 2e3))
                .containsExactly(1.0, 10.0, 100.0, 1000.0);
        assertThat(FrontierChart.logarithmicTicks(1.5, 60))
                .containsExactly(2.0, 5.0, 10.0, 20.0, 50.0);
        assertThat(FrontierChart.logarithmicTicks(14, 32)).containsExactly(15.0, 20.0, 30.0);
    }
}
