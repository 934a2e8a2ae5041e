package io.github.sasblock.examples.pretrain;

import ai.djl.engine.Engine;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/** The versions of what computes a run. */
public final class Versions {

    /** The version of this program. */
    public static final String PROGRAM = "0.1.0";

    private Versions() {}

    static SortedMap<String, String> present() {
        Engine engine = Engine.getInstance();
        return new TreeMap<>(
                Map.of(
                        "sas-block",
                        PROGRAM,
                        "djl",
                        Engine.getDjlVersion(),
                        "engine",
                        engine.getEngineName() + " " + engine.getVersion()));
    }

    /** Tells of versions that are not those of a checkpoint. */
    static List<String> changes(SortedMap<String, String> saved) {
        List<String> changes = new ArrayList<>();
        present()
                .forEach(
                        (name, version) -> {
                            if (!version.equals(saved.get(name))) {
                                changes.add(
                                        name
                                                + " is "
                                                + version
                                                + ", before "
                                                + saved.get(name)
                                                + ": numbers may differ in their last digits");
                            }
                        });
        return changes;
    }
}
