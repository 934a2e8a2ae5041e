package io.github.sasblock.examples.torture;

import io.github.sasblock.examples.report.MetricsPoint;
import io.github.sasblock.examples.report.MetricsTail;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** What the folder of a run shows of the process that trains there. */
final class RunWatch {

    private static final String TEMPORARY = ".tmp";

    private final Path checkpoints;
    private final MetricsTail metrics;
    private boolean isOwn; // the log is this process's: it makes it, or replaces that before it
    private long lines;
    private long kept = -1; // lines of processes before; -1 until the log is this one's

    /** Begins to watch, before the process is started. */
    RunWatch(Path run) throws IOException {
        checkpoints = run.resolve("checkpoints");
        Path log = run.resolve("metrics.jsonl");
        metrics = new MetricsTail(log);
        isOwn = !Files.exists(log);
        read();
    }

    /** Returns how many lines the process has logged. */
    long logged() throws IOException {
        read();
        if (!isOwn) {
            return 0;
        }
        kept = kept < 0 ? lines : kept;
        return lines - kept;
    }

    private void read() throws IOException {
        metrics.read(
                new MetricsTail.Reader() {
                    @Override
                    public void restarted() {
                        isOwn = true;
                        lines = 0;
                    }

                    @Override
                    public void point(MetricsPoint point) {
                        lines++;
                    }
                });
    }

    /** Tells what is being written or deleted now. */
    Moment moment(boolean hasLogged) throws IOException {
        List<String> names = names();
        String newest = "";
        String temporary = "";
        for (String name : names) {
            if (name.endsWith(TEMPORARY)) {
                temporary = name.substring(0, name.length() - TEMPORARY.length());
            } else {
                newest = name;
            }
        }
        if (temporary.isEmpty()) {
            return hasLogged ? Moment.STEP : Moment.STARTING;
        }
        return temporary.compareTo(newest) > 0 ? Moment.SAVE : Moment.PRUNING;
    }

    private List<String> names() throws IOException {
        List<String> names = new ArrayList<>();
        if (Files.isDirectory(checkpoints)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(checkpoints)) {
                entries.forEach(entry -> names.add(entry.getFileName().toString()));
            }
        }
        Collections.sort(names);
        return names;
    }
}
