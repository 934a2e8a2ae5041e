package io.github.sasblock.examples.compare.view;

import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A table that becomes a list of cards on a narrow screen: each cell carries its column's name. */
final class HtmlTable {

    private final List<String> columns;
    private final Set<Integer> words = new HashSet<>();
    private final StringBuilder body = new StringBuilder();
    private int column;

    HtmlTable(String... columns) {
        this.columns = List.of(columns);
    }

    /** Sets a column from the left instead of the right. */
    HtmlTable words(int index) {
        words.add(index);
        return this;
    }

    /** Begins a row with its name, as markup. */
    HtmlTable row(String style, String name) {
        body.append(body.isEmpty() ? "" : "</tr>\n");
        body.append("<tr").append(style.isEmpty() ? "" : " class=\"" + style + "\"").append('>');
        column = 0;
        return markup(name);
    }

    HtmlTable cell(String text) {
        return markup(Markup.escape(text));
    }

    HtmlTable markup(String content) {
        body.append("<td").append(words.contains(column) ? " class=\"words\"" : "");
        body.append(" data-label=\"").append(Markup.escape(columns.get(column))).append("\">");
        body.append(content.isEmpty() ? "" : "<div>" + content + "</div>").append("</td>");
        column++;
        return this;
    }

    String write() {
        StringBuilder head = new StringBuilder("<div class=\"scroll\">\n<table>\n<thead><tr>");
        for (int i = 0; i < columns.size(); i++) {
            head.append(words.contains(i) ? "<th class=\"words\">" : "<th>");
            head.append(Markup.escape(columns.get(i))).append("</th>");
        }
        return head + "</tr></thead>\n<tbody>\n" + body + "</tr>\n</tbody>\n</table>\n</div>\n";
    }
}
