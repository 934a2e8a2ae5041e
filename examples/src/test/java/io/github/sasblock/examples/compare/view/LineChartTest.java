package io.github.sasblock.examples.compare.view;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.compare.statistics.Sample;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LineChartTest {

    private static String draw(int count) {
        List<LineChart.Line> lines =
                IntStream.range(0, count)
                        .mapToObj(i -> new LineChart.Line("variant-" + i, i, points(i)))
                        .toList();
        return new LineChart("title", lines, "steps", String::valueOf).draw().inline();
    }

    private static List<LineChart.Point> points(int variant) {
        return List.of(
                new LineChart.Point(0, Sample.of(8, 8.1)),
                new LineChart.Point(9, Sample.of(2 + variant, 2.1 + variant)));
    }

    @Test
    void fewNamesStandInside() {
        assertThat(draw(3)).contains("viewBox=\"0 0 360 270\"", ">variant-2</text>");
    }

    @Test
    void manyNamesStandBelow() {
        String svg = draw(10);
        assertThat(svg).contains("viewBox=\"0 0 360 340\""); // four rows of names below
        for (int i = 0; i < 10; i++) {
            assertThat(svg).contains(">variant-" + i + "</text>");
        }
    }

    @Test
    void aBandShowsTheSpreadOverSeeds() {
        assertThat(draw(2).lines().filter(line -> line.contains("class=\"band"))).hasSize(2);
    }
}
