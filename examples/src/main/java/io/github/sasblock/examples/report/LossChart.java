package io.github.sasblock.examples.report;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.ToLongFunction;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;

/**
 * The loss curves of one run, or of several in one picture, as PNG and SVG.
 *
 * <p>Losses are drawn in bits per byte if for every run it is known how many bytes a token stands
 * for, by {@link Builder#optBytesPerToken} or by its evaluations; else in nats per token. Of one
 * run the training loss is drawn as it is and smoothed, with the evaluations as joined points. Of
 * several runs each has one colour: the evaluations as joined points, and the smoothed training
 * loss as a thin line.
 *
 * <p>Nothing here needs a display.
 */
public final class LossChart {

    static {
        // Without this, Java looks for a display wherever DISPLAY is set.
        if (System.getProperty("java.awt.headless") == null) {
            System.setProperty("java.awt.headless", "true");
        }
    }

    private static final int PIXELS_PER_UNIT = 2;

    private final LossPlot plot;

    private LossChart(LossPlot plot) {
        this.plot = plot;
    }

    /** What the horizontal axis counts. */
    public enum Axis {
        /** The tokens trained on. */
        TOKENS("training tokens", MetricsPoint::tokens),
        /** The optimizer steps taken. */
        STEPS("steps", MetricsPoint::step);

        private final String title;
        private final ToLongFunction<MetricsPoint> position;

        Axis(String title, ToLongFunction<MetricsPoint> position) {
            this.title = title;
            this.position = position;
        }
    }

    /**
     * Starts a chart.
     *
     * @return a builder without runs
     */
    public static Builder builder() {
        return new Builder();
    }

    /**
     * Draws the curves as a bitmap of 2240 × 1280 pixels.
     *
     * @param file the PNG file, written whole or not at all
     * @throws IOException if it cannot be drawn or written
     */
    public void writePng(Path file) throws IOException {
        AtomicFile.write(file, drawn(this::png));
    }

    /**
     * Draws the curves as a vector picture that needs no other file, not even a font.
     *
     * @param file the SVG file, written whole or not at all
     * @throws IOException if it cannot be drawn or written
     */
    public void writeSvg(Path file) throws IOException {
        AtomicFile.write(file, drawn(this::svg));
    }

    LossPlot plot() {
        return plot;
    }

    private byte[] png() throws IOException {
        BufferedImage image =
                new BufferedImage(
                        LossPlot.WIDTH * PIXELS_PER_UNIT,
                        LossPlot.HEIGHT * PIXELS_PER_UNIT,
                        BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_STROKE_CONTROL, RenderingHints.VALUE_STROKE_PURE);
        graphics.scale(PIXELS_PER_UNIT, PIXELS_PER_UNIT);
        plot.chart().paint(graphics, LossPlot.WIDTH, LossPlot.HEIGHT);
        graphics.dispose();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }

    private byte[] svg() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        VectorGraphicsEncoder.saveVectorGraphic(plot.chart(), bytes, VectorGraphicsFormat.SVG);
        // Without the document type, which names a file elsewhere and which SVG advises against.
        return bytes.toString(UTF_8).replaceFirst("<!DOCTYPE[^>]*>\\R?", "").getBytes(UTF_8);
    }

    /** Makes the content of a picture's file. */
    private interface Drawing {
        byte[] draw() throws IOException;
    }

    private static byte[] drawn(Drawing drawing) throws IOException {
        try {
            return drawing.draw();
        } catch (LinkageError | InternalError e) {
            // What Java throws where the system has no font or no font library.
            throw new IOException(
                    "a chart cannot be drawn, as Java cannot use fonts here; on Linux install"
                            + " fontconfig and a font, such as DejaVu",
                    e);
        }
    }

    /** Gathers what a chart shows. */
    public static final class Builder {

        private final Map<String, Metrics> runs = new LinkedHashMap<>();
        private final Map<String, Double> bytesPerToken = new LinkedHashMap<>();
        private String title = "";
        private Axis axis = Axis.TOKENS;
        private OptionalDouble entropyFloor = OptionalDouble.empty();

        private Builder() {}

        /**
         * Adds a run.
         *
         * @param name its name in the legend
         * @param metrics its metrics
         * @return this builder
         */
        public Builder addRun(String name, Metrics metrics) {
            runs.put(name, metrics);
            return this;
        }

        /**
         * Adds runs, in the order of the map.
         *
         * @param namesToMetrics the metrics of each run by its name
         * @return this builder
         */
        public Builder addRuns(Map<String, Metrics> namesToMetrics) {
            namesToMetrics.forEach(this::addRun);
            return this;
        }

        /**
         * Sets the title.
         *
         * @param text such as the name of the run; none by default
         * @return this builder
         */
        public Builder optTitle(String text) {
            title = text;
            return this;
        }

        /**
         * Sets how many bytes of text a token of a run stands for, which otherwise its evaluations
         * tell.
         *
         * @param run the name of a run
         * @param bytes the mean number of bytes, 1 where tokens are bytes
         * @return this builder
         * @throws IllegalArgumentException if the number is not positive and finite
         */
        public Builder optBytesPerToken(String run, double bytes) {
            if (!(bytes > 0 && bytes < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "bytes per token = " + bytes + ": expected a positive number");
            }
            bytesPerToken.put(run, bytes);
            return this;
        }

        /**
         * Sets the entropy of the text's source, drawn as a dashed line. It is left out of a chart
         * in nats per token.
         *
         * @param bitsPerByte the entropy in bits per byte
         * @return this builder
         * @throws IllegalArgumentException if the entropy is negative or not finite
         */
        public Builder optEntropyFloor(double bitsPerByte) {
            if (!(bitsPerByte >= 0 && bitsPerByte < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        "entropy floor = " + bitsPerByte + ": expected bits per byte, 0 or more");
            }
            entropyFloor = OptionalDouble.of(bitsPerByte);
            return this;
        }

        /**
         * Sets what the horizontal axis counts.
         *
         * @param counted tokens by default
         * @return this builder
         */
        public Builder optAxis(Axis counted) {
            axis = counted;
            return this;
        }

        /**
         * Lays the chart out.
         *
         * @return the chart
         * @throws IllegalStateException if no run was added
         */
        public LossChart build() {
            if (runs.isEmpty()) {
                throw new IllegalStateException("a loss chart needs at least one run");
            }
            Map<String, Double> bytes = new LinkedHashMap<>();
            runs.forEach(
                    (name, metrics) ->
                            metrics.bytesPerToken().ifPresent(found -> bytes.put(name, found)));
            bytes.putAll(bytesPerToken);
            boolean inBits = bytes.keySet().containsAll(runs.keySet());
            Scale scale = Scale.of(runs.values(), axis);
            List<LossCurve> curves = new ArrayList<>();
            runs.forEach(
                    (name, metrics) ->
                            curves.add(
                                    inBits
                                            ? inBits(name, metrics, scale, bytes.get(name))
                                            : inNats(name, metrics, scale)));
            return new LossChart(
                    new LossPlot(
                            title,
                            axis.title + scale.unit(),
                            inBits ? "bits per byte" : "nats per token",
                            curves,
                            inBits ? entropyFloor : OptionalDouble.empty()));
        }

        private LossCurve inBits(String name, Metrics metrics, Scale scale, double bytes) {
            double natsPerBit = Math.log(2) * bytes;
            return LossCurve.of(
                    name,
                    metrics,
                    scale::position,
                    point -> point.loss() / natsPerBit,
                    point ->
                            Double.isNaN(point.bitsPerByte())
                                    ? point.natsPerToken() / natsPerBit
                                    : point.bitsPerByte());
        }

        private LossCurve inNats(String name, Metrics metrics, Scale scale) {
            return LossCurve.of(
                    name,
                    metrics,
                    scale::position,
                    TrainPoint::loss,
                    ValidationPoint::natsPerToken);
        }
    }

    /** How the horizontal axis is numbered, so that its labels stay short. */
    private record Scale(Axis axis, double divisor, String unit) {

        static Scale of(Collection<Metrics> runs, Axis axis) {
            long end =
                    runs.stream()
                            .flatMap(
                                    m -> Stream.concat(m.train().stream(), m.validation().stream()))
                            .mapToLong(axis.position)
                            .max()
                            .orElse(0);
            if (end >= 1e9) {
                return new Scale(axis, 1e9, ", billions");
            }
            return end >= 1e6 ? new Scale(axis, 1e6, ", millions") : new Scale(axis, 1, "");
        }

        double position(MetricsPoint point) {
            return axis.position.applyAsLong(point) / divisor;
        }
    }
}
