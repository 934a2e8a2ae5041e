package io.github.sasblock.examples.compare.view;

import java.util.Locale;

/**
 * A drawing in SVG. Its colours are variables of its style sheet, so that it follows the reader's
 * choice of a light or a dark page.
 */
final class Svg {

    private final double width;
    private final double height;
    private final String title;
    private final StringBuilder body = new StringBuilder();

    Svg(double width, double height, String title) {
        this.width = width;
        this.height = height;
        this.title = title;
    }

    /** Where a text stands, seen from its point. */
    enum Anchor {
        START,
        MIDDLE,
        END
    }

    Svg line(double x1, double y1, double x2, double y2, String style) {
        return element(
                "line",
                style,
                attribute("x1", x1),
                attribute("y1", y1),
                attribute("x2", x2),
                attribute("y2", y2));
    }

    Svg circle(double x, double y, double radius, String style) {
        return element(
                "circle", style, attribute("cx", x), attribute("cy", y), attribute("r", radius));
    }

    Svg rectangle(double x, double y, double width, double height, String style) {
        return element(
                "rect",
                style,
                attribute("x", x),
                attribute("y", y),
                attribute("width", width),
                attribute("height", height));
    }

    Svg path(String data, String style) {
        return element("path", style, " d=\"" + data + "\"");
    }

    Svg text(double x, double y, Anchor anchor, String style, String text) {
        body.append("<text class=\"").append(style).append('"');
        body.append(attribute("x", x)).append(attribute("y", y));
        body.append(" text-anchor=\"").append(anchor.name().toLowerCase(Locale.ROOT)).append("\">");
        body.append(Markup.escape(text)).append("</text>\n");
        return this;
    }

    /** What is drawn until the matching {@link #endClip} is cut off at a rectangle. */
    Svg clip(double x, double y, double width, double height) {
        body.append("<svg")
                .append(attribute("x", x))
                .append(attribute("y", y))
                .append(attribute("width", width))
                .append(attribute("height", height))
                .append(" viewBox=\"" + box(x, y, width, height) + "\">\n");
        return this;
    }

    Svg endClip() {
        body.append("</svg>\n");
        return this;
    }

    private Svg element(String name, String style, String... attributes) {
        body.append('<').append(name).append(" class=\"").append(style).append('"');
        for (String attribute : attributes) {
            body.append(attribute);
        }
        body.append("/>\n");
        return this;
    }

    private static String attribute(String name, double value) {
        return " " + name + "=\"" + number(value) + "\"";
    }

    private static String box(double x, double y, double width, double height) {
        return String.join(" ", number(x), number(y), number(width), number(height));
    }

    static String number(double value) {
        if (!Double.isFinite(value)) {
            throw new IllegalArgumentException("coordinate = " + value + ": expected a number");
        }
        String text = String.format(Locale.ROOT, "%.2f", value);
        return text.endsWith(".00") ? text.substring(0, text.length() - 3) : text;
    }

    /** Returns the drawing as part of a page that has the style sheet. */
    String inline() {
        return "<svg class=\"chart\" role=\"img\" aria-label=\""
                + Markup.escape(title)
                + "\" viewBox=\""
                + box(0, 0, width, height)
                + "\">\n"
                + body
                + "</svg>\n";
    }

    /** Returns the drawing as a file of its own. */
    String standalone() {
        return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"chart\" role=\"img\""
                + " width=\""
                + number(width)
                + "\" height=\""
                + number(height)
                + "\" viewBox=\""
                + box(0, 0, width, height)
                + "\">\n<title>"
                + Markup.escape(title)
                + "</title>\n<style>\n"
                + Markup.resource("chart.css")
                + "</style>\n<rect width=\"100%\" height=\"100%\" style=\"fill: var(--page)\"/>\n"
                + body
                + "</svg>\n";
    }
}
