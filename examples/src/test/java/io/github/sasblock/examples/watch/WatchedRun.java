package io.github.sasblock.examples.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.github.sasblock.examples.report.MetricsLog;
import io.github.sasblock.examples.report.TrainPoint;
import io.github.sasblock.examples.report.ValidationPoint;
import io.github.sasblock.examples.storage.Storage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Leaves in a folder what a run would. */
final class WatchedRun {

    private WatchedRun() {}

    static void begin(Path folder) throws IOException {
        Files.write(
                folder.resolve("config.json"),
                "{\"preset\":\"tiny\",\"attention\":\"sas\",\"seed\":1,\"data\":[\"a\",\"b\"],\"steps\":20}"
                        .getBytes(UTF_8));
    }

    static void log(Path folder, int fromStep, int toStep) throws IOException {
        try (MetricsLog log =
                MetricsLog.resume(
                        folder.resolve("metrics.jsonl"), fromStep - 1, true, Storage.disk())) {
            for (int step = fromStep; step <= toStep; step++) {
                log.append(new TrainPoint(step, step * 64L, 5.0 / step, 1e-3, 1, 1000, 0.5, step));
                if (step % 5 == 0) {
                    double nats = step == 5 ? 1 : 2;
                    log.append(
                            new ValidationPoint(
                                    step, step * 64L, nats, Math.exp(nats), 1.5, 10, 10, 1));
                }
            }
        }
    }

    static void finish(Path folder, int steps) throws IOException {
        Files.writeString(folder.resolve("summary.json"), "{\"train\":{\"steps\":" + steps + "}}");
    }
}
