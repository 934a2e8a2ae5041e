package io.github.sasblock.examples.watch;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.github.sasblock.examples.report.TrainPoint;
import io.github.sasblock.examples.report.ValidationPoint;
import java.io.IOException;
import java.util.Locale;

/** The state and the curves of a run as the page asks for them. */
final class WatchData {

    private static final JsonMapper MAPPER = new JsonMapper();

    private final RunStatus run;

    WatchData(RunStatus run) {
        this.run = run;
    }

    byte[] json() throws IOException {
        RunStatus.State state = run.read();
        TrainPoint train = state.train();
        ObjectNode json = MAPPER.createObjectNode();
        json.put("title", run.title());
        json.put("folder", run.folder().path().toString());
        json.put("phase", state.phase().name().toLowerCase(Locale.ROOT));
        json.put("process", state.process().orElse(null));
        json.put("step", train == null ? 0 : train.step());
        json.put("steps", state.steps());
        put(json, "loss", train == null ? Double.NaN : train.loss());
        put(json, "tokensPerSecond", train == null ? Double.NaN : train.tokensPerSecond());
        put(json, "seconds", train == null ? Double.NaN : train.seconds());
        json.set("validation", evaluation(state.validation()));
        json.set("best", evaluation(state.best()));
        json.put("damagedLines", state.damagedLines());
        json.set("train", rows(run.trainCurve()));
        json.set("validations", rows(run.validationCurve()));
        return MAPPER.writeValueAsBytes(json);
    }

    private static ObjectNode evaluation(ValidationPoint point) {
        if (point == null) {
            return null;
        }
        ObjectNode json = MAPPER.createObjectNode();
        json.put("step", point.step());
        put(json, "nats", point.natsPerToken());
        put(json, "bitsPerByte", point.bitsPerByte());
        return json;
    }

    private static ArrayNode rows(double[][] rows) {
        ArrayNode json = MAPPER.createArrayNode();
        for (double[] row : rows) {
            ArrayNode numbers = json.addArray();
            for (double number : row) {
                numbers.add((float) number); // a screen shows no more digits
            }
        }
        return json;
    }

    private static void put(ObjectNode json, String name, double number) {
        if (Double.isFinite(number)) {
            json.put(name, number);
        } else {
            json.putNull(name);
        }
    }
}
