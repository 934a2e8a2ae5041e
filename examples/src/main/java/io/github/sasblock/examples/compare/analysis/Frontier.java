package io.github.sasblock.examples.compare.analysis;

import io.github.sasblock.examples.compare.analysis.ComparisonReport.Band;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.result.RunResult.Axis;
import io.github.sasblock.examples.compare.statistics.Sample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The final losses of variants against what their runs cost.
 *
 * @param points a point for each variant that has a finished run
 * @param front those of them that no other matches in cost and undercuts in loss, or the other way
 *     round, by their means; from the cheapest to the best
 */
public record Frontier(List<Point> points, List<Point> front) {

    /**
     * A variant.
     *
     * @param name its name
     * @param cost of a whole run: operations or seconds of training
     * @param bitsPerByte after the last step
     */
    public record Point(String name, double cost, Sample bitsPerByte) {}

    /**
     * Copies the lists.
     *
     * @param points a point for each variant that has a finished run
     * @param front those that no other undercuts
     */
    public Frontier {
        points = List.copyOf(points);
        front = List.copyOf(front);
    }

    /**
     * Returns the frontier on a corpus.
     *
     * @param corpus what was found
     * @param axis what costs: operations or time
     * @return its points
     */
    public static Frontier of(CorpusReport corpus, Axis axis) {
        List<Point> points = new ArrayList<>();
        for (VariantReport variant : corpus.variants()) {
            if (variant.hasRuns()) {
                Band band = variant.band(axis);
                double cost = band.points().get(band.points().size() - 1).x();
                points.add(new Point(variant.name(), cost, variant.bitsPerByte()));
            }
        }
        return of(points);
    }

    /**
     * Returns the frontier of points.
     *
     * @param points in any order
     * @return the points, and which of them are on the front
     */
    public static Frontier of(List<Point> points) {
        List<Point> ascending = new ArrayList<>(points);
        ascending.sort(Comparator.comparingDouble(Point::cost).thenComparingDouble(Frontier::loss));
        List<Point> front = new ArrayList<>();
        for (Point point : ascending) {
            if (front.isEmpty() || loss(point) < loss(front.get(front.size() - 1))) {
                front.add(point);
            }
        }
        return new Frontier(points, front);
    }

    private static double loss(Point point) {
        return point.bitsPerByte().mean();
    }
}
