package io.github.sasblock.examples.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.github.sasblock.examples.report.LossCurve.Line;
import java.awt.Color;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import javax.xml.XMLConstants;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

class LossChartTest {

    private static final Color BLUE = new Color(0x2563EB);
    private static final Color ORANGE = new Color(0xEA580C);
    private static final Color GREEN = new Color(0x059669);
    private static final Color GREY = new Color(0x6B7280);

    @TempDir Path temp;

    @Test
    void aRunShowsItsTrainingItsEvaluationsAndTheFloor() throws IOException {
        LossChart chart =
                LossChart.builder()
                        .optTitle("arXiv, SAS")
                        .addRun("sas", Runs.ofBytes(200, 1.69, 1))
                        .optEntropyFloor(1.42)
                        .build();
        BufferedImage image = png(chart);
        assertThat(image.getWidth()).isEqualTo(2240);
        assertThat(image.getHeight()).isEqualTo(1280);
        assertThat(new Color(image.getRGB(0, 0))).isEqualTo(Color.WHITE);
        assertThat(pixels(image, BLUE)).isGreaterThan(2000);
        assertThat(pixels(image, ORANGE)).isGreaterThan(2000);
        assertThat(pixels(image, GREY)).isGreaterThan(1000);
    }

    @Test
    void runsAreComparedInOneColourEach() throws IOException {
        Map<String, Metrics> runs = new LinkedHashMap<>();
        runs.put("MHA", Runs.ofBytes(200, 2.03, 1));
        runs.put("SAS", Runs.ofBytes(150, 1.69, 2));
        runs.put("GQA, not evaluated", new Metrics(Runs.ofBytes(200, 2.2, 3).train(), List.of()));
        BufferedImage image =
                png(
                        LossChart.builder()
                                .addRuns(runs)
                                .optBytesPerToken("GQA, not evaluated", 1)
                                .optAxis(LossChart.Axis.STEPS)
                                .build());
        for (Color color : List.of(BLUE, ORANGE, GREEN)) {
            assertThat(pixels(image, color)).as(color.toString()).isGreaterThan(2000);
        }
    }

    @Test
    void theSvgIsXmlThatNeedsNoOtherFile() throws Exception {
        Path file = temp.resolve("loss.svg");
        LossChart.builder()
                .optTitle("a <b> & \"c\"")
                .addRun("x", Runs.ofBytes(100, 1.7, 1))
                .build()
                .writeSvg(file);
        assertThat(Files.readString(file)).doesNotContain("<!DOCTYPE", "href", "font-family");
        Element svg = parse(Files.readAllBytes(file)).getDocumentElement();
        assertThat(svg.getTagName()).isEqualTo("svg");
        assertThat(svg.getAttribute("viewBox")).isEqualTo("0 0 1120 640");
    }

    @Test
    void theStartIsCutOffInTheSvgToo() throws Exception {
        Path file = temp.resolve("loss.svg");
        LossChart.builder().addRun("x", Runs.ofBytes(100, 1.7, 1)).build().writeSvg(file);
        NodeList lines = parse(Files.readAllBytes(file)).getElementsByTagName("line");
        List<Element> outside =
                IntStream.range(0, lines.getLength())
                        .mapToObj(i -> (Element) lines.item(i))
                        .filter(line -> Double.parseDouble(line.getAttribute("y1")) < 0)
                        .toList();
        assertThat(outside).isNotEmpty();
        assertThat(outside)
                .allSatisfy(
                        line ->
                                assertThat(
                                                ((Element) line.getParentNode())
                                                        .getAttribute("clip-path"))
                                        .startsWith("url(#"));
    }

    @Test
    void nothingNeedsADisplay() {
        LossChart.builder();
        assertThat(java.awt.GraphicsEnvironment.isHeadless()).isTrue();
    }

    @Test
    void anEarlyEndIsDrawnAsFarAsItCame() throws Exception {
        TrainPoint one = Runs.train(1, 5.5);
        TrainPoint lost = Runs.train(2, Double.NaN);
        for (Metrics metrics :
                List.of(
                        Metrics.of(List.of()),
                        Metrics.of(List.of(one)),
                        Metrics.of(List.of(lost)),
                        Metrics.of(List.of(one, lost)),
                        Metrics.of(List.of(Runs.validation(0, 8, 1))))) {
            LossChart chart = LossChart.builder().addRun("x", metrics).build();
            Path file = temp.resolve("loss.svg");
            chart.writeSvg(file);
            assertThat(parse(Files.readAllBytes(file)).getDocumentElement().hasChildNodes())
                    .isTrue();
        }
    }

    @Test
    void aChartNeedsARun() {
        assertThatThrownBy(() -> LossChart.builder().build())
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void valuesThatMakeNoSenseAreRefused() {
        LossChart.Builder builder = LossChart.builder();
        assertThatThrownBy(() -> builder.optBytesPerToken("x", 0))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("bytes per token = 0.0: expected a positive number");
        assertThatThrownBy(() -> builder.optEntropyFloor(Double.NaN))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("entropy floor = NaN: expected bits per byte, 0 or more");
    }

    @Test
    void lossesAreInBitsPerByteWhereBytesAreKnown() {
        Metrics metrics =
                Metrics.of(List.of(Runs.train(1, 4 * Math.log(2)), Runs.validation(1, 2, 3)));
        LossPlot plot = LossChart.builder().addRun("x", metrics).build().plot();
        assertThat(plot.chart().getYAxisTitle()).isEqualTo("bits per byte");
        assertThat(y(plot, "training")).containsExactly(new double[] {4.0 / 3}, within(1e-12));
        assertThat(y(plot, "validation of x")).containsExactly(2);
    }

    @Test
    void theBytesThatAreSetCountMoreThanThoseOfTheEvaluations() {
        Metrics metrics =
                Metrics.of(List.of(Runs.train(1, 4 * Math.log(2)), Runs.validation(1, 2, 3)));
        LossPlot plot =
                LossChart.builder().addRun("x", metrics).optBytesPerToken("x", 2).build().plot();
        assertThat(y(plot, "training")).containsExactly(2);
    }

    @Test
    void lossesAreInNatsPerTokenWhereTheBytesOfARunAreNotKnown() {
        Metrics unknown = Metrics.of(List.of(Runs.train(1, 4)));
        Metrics known = Metrics.of(List.of(Runs.train(1, 3), Runs.validation(1, 2, 3)));
        LossPlot plot =
                LossChart.builder()
                        .addRun("unknown", unknown)
                        .addRun("known", known)
                        .optEntropyFloor(1)
                        .build()
                        .plot();
        assertThat(plot.chart().getYAxisTitle()).startsWith("nats per token");
        assertThat(y(plot, "training 0")).containsExactly(4);
        assertThat(y(plot, "training 1")).containsExactly(3);
        assertThat(plot.chart().getSeriesMap()).doesNotContainKey("floor");
    }

    @Test
    void tokensAreCountedInMillionsWhereThereAreMany() {
        Metrics metrics = Metrics.of(List.of(Runs.train(1000, 4)));
        LossPlot tokens = LossChart.builder().addRun("x", metrics).build().plot();
        assertThat(tokens.chart().getXAxisTitle()).isEqualTo("training tokens, millions");
        assertThat(tokens.chart().getSeriesMap().get("training").getXData()).containsExactly(4.096);
        LossPlot steps =
                LossChart.builder()
                        .addRun("x", metrics)
                        .optAxis(LossChart.Axis.STEPS)
                        .build()
                        .plot();
        assertThat(steps.chart().getXAxisTitle()).isEqualTo("steps");
        assertThat(steps.chart().getSeriesMap().get("training").getXData()).containsExactly(1000);
    }

    @Test
    void theStartDoesNotFlattenTheRest() {
        LossCurve curve = curve(Runs.ofBytes(600, 1.7, 1));
        assertThat(curve.train().y()[0]).isGreaterThan(7);
        LossRange range = LossRange.of(List.of(curve), OptionalDouble.of(1.4));
        assertThat(range.low()).isBetween(1.2, 1.4);
        assertThat(range.high()).isBetween(2.3, 3.2);
    }

    @Test
    void aLossThatRisesAgainIsShown() {
        double[] y =
                DoubleStream.concat(
                                DoubleStream.iterate(2, v -> v * 0.999).limit(300),
                                DoubleStream.generate(() -> 6).limit(20))
                        .toArray();
        Line line = new Line(IntStream.rangeClosed(1, y.length).asDoubleStream().toArray(), y);
        LossCurve curve = new LossCurve("x", line, line, new Line(new double[0], new double[0]));
        assertThat(LossRange.of(List.of(curve), OptionalDouble.empty()).high()).isGreaterThan(6);
    }

    @Test
    void smoothingKeepsAStraightLineAndTakesMostOfTheNoise() {
        double[] x = IntStream.range(0, 2000).asDoubleStream().toArray();
        double[] straight = Arrays.stream(x).map(v -> 5 - v / 1000).toArray();
        double[] kept = new Line(x, straight).smoothed().y();
        // At the very end there are no neighbours to the right.
        assertThat(Arrays.copyOf(kept, 1900))
                .containsExactly(Arrays.copyOf(straight, 1900), within(1e-9));
        Random random = new Random(1);
        double[] noise = Arrays.stream(x).map(v -> random.nextGaussian()).toArray();
        double left = Arrays.stream(new Line(x, noise).smoothed().y()).map(v -> v * v).sum() / 2000;
        assertThat(left).isLessThan(0.1);
    }

    @Test
    void thinningKeepsTheExtremesAndTheOrder() {
        Random random = new Random(1);
        double[] x = IntStream.range(0, 10_000).asDoubleStream().toArray();
        double[] y = Arrays.stream(x).map(v -> random.nextGaussian()).toArray();
        Line thin = new Line(x, y).thinned(700);
        assertThat(thin.x()).hasSizeBetween(350, 700).isSorted();
        assertThat(Arrays.stream(thin.y()).max()).isEqualTo(Arrays.stream(y).max());
        assertThat(Arrays.stream(thin.y()).min()).isEqualTo(Arrays.stream(y).min());
    }

    private BufferedImage png(LossChart chart) throws IOException {
        Path file = temp.resolve("loss.png");
        chart.writePng(file);
        return ImageIO.read(file.toFile());
    }

    private static LossCurve curve(Metrics metrics) {
        return LossCurve.of(
                "x",
                metrics,
                MetricsPoint::step,
                point -> point.loss() / Math.log(2),
                ValidationPoint::bitsPerByte);
    }

    private static double[] y(LossPlot plot, String series) {
        return plot.chart().getSeriesMap().get(series).getYData();
    }

    private static long pixels(BufferedImage image, Color color) {
        int[] all =
                image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        return Arrays.stream(all).filter(pixel -> pixel == color.getRGB()).count();
    }

    private static Document parse(byte[] xml) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setFeature(XMLConstants.FEATURE_SECURE_PROCESSING, true);
        factory.setAttribute(XMLConstants.ACCESS_EXTERNAL_DTD, "");
        return factory.newDocumentBuilder().parse(new ByteArrayInputStream(xml));
    }
}
