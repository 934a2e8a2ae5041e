package io.github.sasblock.examples.lab;

import java.util.ArrayList;
import java.util.List;

/** Nearest neighbour on a grid. */
final class NearestTask {

    private static final String DIGITS = "0123456789";
    private static final String LABELS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    private static final int SIDE = DIGITS.length();
    private static final int POINTS = 8;

    private NearestTask() {}

    private record Cell(int x, int y) {

        int squaredDistance(Cell other) {
            return (x - other.x) * (x - other.x) + (y - other.y) * (y - other.y);
        }
    }

    private record Point(Cell cell, char label) {}

    static void write(LabWriter writer) {
        List<Point> points = writePoints(writer);
        List<Cell> queries = cells().stream().filter(cell -> hasOneNearest(cell, points)).toList();
        while (!writer.isFull()) {
            Cell query = writeCell(writer, queries);
            char label = nearest(query, points).label();
            writer.answer(Character.toLowerCase(label));
        }
    }

    private static List<Point> writePoints(LabWriter writer) {
        List<Cell> free = cells();
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < POINTS; i++) {
            Cell cell = writeCell(writer, free);
            free.remove(cell);
            points.add(new Point(cell, LABELS.charAt(writer.draw(LABELS, LABELS.length()))));
        }
        return points;
    }

    private static List<Cell> cells() {
        List<Cell> cells = new ArrayList<>();
        for (int x = 0; x < SIDE; x++) {
            for (int y = 0; y < SIDE; y++) {
                cells.add(new Cell(x, y));
            }
        }
        return cells;
    }

    /** Writes one of the cells, each as likely: x with the share of cells that have it, then y. */
    private static Cell writeCell(LabWriter writer, List<Cell> cells) {
        Cell cell = cells.get(writer.random().nextBelow(cells.size()));
        long inColumn = cells.stream().filter(other -> other.x() == cell.x()).count();
        writer.write(DIGITS.charAt(cell.x()), (double) inColumn / cells.size(), false);
        writer.write(DIGITS.charAt(cell.y()), 1.0 / inColumn, false);
        return cell;
    }

    private static Point nearest(Cell query, List<Point> points) {
        Point nearest = points.get(0);
        for (Point point : points) {
            if (point.cell().squaredDistance(query) < nearest.cell().squaredDistance(query)) {
                nearest = point;
            }
        }
        return nearest;
    }

    private static boolean hasOneNearest(Cell query, List<Point> points) {
        int least = nearest(query, points).cell().squaredDistance(query);
        return points.stream().filter(p -> p.cell().squaredDistance(query) == least).count() == 1;
    }
}
