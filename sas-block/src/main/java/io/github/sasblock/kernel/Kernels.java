package io.github.sasblock.kernel;

import ai.djl.MalformedModelException;
import ai.djl.engine.EngineException;
import ai.djl.ndarray.NDArray;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Where blocks get their fused functions.
 *
 * <p>There are such functions for the PyTorch engine. Elsewhere, or where one cannot be loaded, the
 * blocks run their plain form, and the log says so once. The system property {@code
 * sasblock.kernels}, or {@link #use}, chooses between {@code fused} (the default) and {@code
 * plain}.
 */
public final class Kernels {

    /** Which form of the blocks runs. */
    public enum Mode {
        /** The fused functions, where there are such. */
        FUSED,
        /** The operations of DJL, as the papers write them. */
        PLAIN
    }

    static final String ENGINE = "PyTorch";

    private static final String PROPERTY = "sasblock.kernels";
    private static final System.Logger LOG = System.getLogger(Kernels.class.getName());
    private static final Map<Key, Optional<Script>> SCRIPTS = new ConcurrentHashMap<>();
    private static final AtomicBoolean WARNED = new AtomicBoolean();

    private static volatile Mode mode = modeOfProperty();

    private record Key(KernelFunction function, int inputs) {}

    private Kernels() {}

    private static Mode modeOfProperty() {
        String value = System.getProperty(PROPERTY, Mode.FUSED.name());
        for (Mode candidate : Mode.values()) {
            if (candidate.name().equalsIgnoreCase(value)) {
                return candidate;
            }
        }
        throw new IllegalArgumentException(
                "system property " + PROPERTY + " = " + value + ", expected fused or plain");
    }

    /**
     * Chooses the form of all blocks of this JVM, from their next call on.
     *
     * @param chosen fused or plain
     */
    public static void use(Mode chosen) {
        mode = chosen;
    }

    /**
     * Returns the chosen form.
     *
     * @return fused unless chosen otherwise
     */
    public static Mode mode() {
        return mode;
    }

    /**
     * Returns a fused function of a block.
     *
     * @param input an input of the block, which tells the engine
     * @param function what is called
     * @param inputs the number of arrays that it takes
     * @return the function, or nothing where the plain form is to run
     */
    public static Optional<Script> find(NDArray input, KernelFunction function, int inputs) {
        if (mode == Mode.PLAIN || !isPyTorch(input)) {
            return Optional.empty();
        }
        return SCRIPTS.computeIfAbsent(new Key(function, inputs), Kernels::load);
    }

    private static boolean isPyTorch(NDArray input) {
        boolean isPyTorch = ENGINE.equals(input.getManager().getEngine().getEngineName());
        if (!isPyTorch) {
            warn("the engine is " + input.getManager().getEngine().getEngineName());
        }
        return isPyTorch;
    }

    private static Optional<Script> load(Key key) {
        try {
            String code = code(key.function(), key.inputs());
            return Optional.of(Script.compile(code, key.inputs(), key.function().autograd()));
        } catch (IOException | MalformedModelException | EngineException e) {
            warn(
                    e.toString()
                            .lines()
                            .filter(line -> !line.isBlank())
                            .limit(3)
                            .collect(Collectors.joining(" ")));
            return Optional.empty();
        }
    }

    private static void warn(String reason) {
        if (!WARNED.getAndSet(true)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The fused kernels are not available, the plain form runs instead: " + reason);
        }
    }

    /** The sources, what binds them, and a module whose only method calls the function. */
    private static String code(KernelFunction function, int inputs) {
        String sources =
                function.sources().stream().map(Kernels::source).collect(Collectors.joining());
        List<String> names = IntStream.range(0, inputs).mapToObj(i -> "a" + i).toList();
        String parameters =
                names.stream().map(name -> ", " + name + ": Tensor").collect(Collectors.joining());
        return sources
                + function.bindings()
                + "class Kernel(Module):\n"
                + "  __parameters__ = []\n"
                + "  __buffers__ = []\n"
                + "  def forward(self"
                + parameters
                + ") -> "
                + function.result()
                + ":\n    a = ["
                + String.join(", ", names)
                + "]\n    return "
                + function.expression()
                + "\n";
    }

    static String source(String name) {
        String file = name.toLowerCase(Locale.ROOT) + ".py";
        try (InputStream in = Kernels.class.getResourceAsStream(file)) {
            if (in == null) {
                throw new IllegalStateException("the library lacks its resource " + file);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read the library's resource " + file, e);
        }
    }
}
