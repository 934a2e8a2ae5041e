package io.github.sasblock.examples.compare.view;

import io.github.sasblock.examples.compare.analysis.ComparisonReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.CorpusReport;
import io.github.sasblock.examples.compare.analysis.ComparisonReport.VariantReport;
import io.github.sasblock.examples.compare.analysis.Verdicts;
import java.util.ArrayList;
import java.util.List;

/** The differences as lines of text. */
public final class TextTable {

    private static final String GAP = "  ";

    private TextTable() {}

    /**
     * Lays the losses and differences out in columns.
     *
     * @param report what was found so far
     * @return a line for each variant on each corpus, below a heading
     */
    public static List<String> lines(ComparisonReport report) {
        List<List<String>> rows = new ArrayList<>();
        rows.add(
                List.of(
                        "corpus",
                        "variant",
                        "seeds",
                        "bits/byte",
                        "at equal steps",
                        "at equal operations",
                        "at equal time"));
        for (CorpusReport corpus : report.corpora()) {
            for (VariantReport variant : corpus.variants()) {
                List<String> row = new ArrayList<>();
                row.add(corpus.name());
                row.add(variant.name());
                row.add(variant.seeds().size() + "/" + report.seeds().size());
                row.add(Words.withError(variant.bitsPerByte(), 3));
                for (Verdicts.Place place : Verdicts.places(variant)) {
                    row.add(variant.isBaseline() ? "baseline" : Verdicts.interval(place.paired()));
                }
                rows.add(row);
            }
        }
        return aligned(rows);
    }

    private static List<String> aligned(List<List<String>> rows) {
        int[] widths = new int[rows.get(0).size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        return rows.stream()
                .map(
                        row -> {
                            StringBuilder line = new StringBuilder();
                            for (int i = 0; i < widths.length; i++) {
                                line.append(row.get(i));
                                line.append(" ".repeat(widths[i] - row.get(i).length()));
                                line.append(GAP);
                            }
                            return line.toString().stripTrailing();
                        })
                .toList();
    }
}
