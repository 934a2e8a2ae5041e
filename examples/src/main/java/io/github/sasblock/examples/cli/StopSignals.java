package io.github.sasblock.examples.cli;

import io.github.sasblock.examples.train.StopRequest;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Turns the first SIGINT, SIGTERM or SIGHUP into a request to stop, where someone heeds it. Any
 * further one ends the program at once.
 *
 * <p>A JVM that ends by itself on a signal takes libtorch down while its threads work, which
 * crashes. The way to signals is {@code sun.misc.Signal}, which all JVMs have and none documents,
 * so it is reached by reflection: where it is not there, signals do what they always did.
 */
final class StopSignals implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(StopSignals.class);

    /** How shells tell that a signal ended a program. */
    private static final int EXIT_CODE_BASE = 128;

    private final StopRequest stop;
    private final PrintWriter out;
    private final Map<Object, Object> replaced = new LinkedHashMap<>(); // handlers by signal
    private int first; // the number of the signal that came first; 0 before

    private StopSignals(StopRequest stop, PrintWriter out) {
        this.stop = stop;
        this.out = out;
    }

    /**
     * Begins to listen.
     *
     * @param stop what to ask for the end of the training
     * @param out where to tell the person what a signal does
     * @return the signals, to be closed
     */
    static StopSignals listen(StopRequest stop, PrintWriter out) {
        StopSignals signals = new StopSignals(stop, out);
        List.of("INT", "TERM", "HUP").forEach(signals::take);
        return signals;
    }

    private void take(String name) {
        try {
            Class<?> signalType = Class.forName("sun.misc.Signal");
            Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
            Object signal = signalType.getConstructor(String.class).newInstance(name);
            Object handler =
                    Proxy.newProxyInstance(
                            handlerType.getClassLoader(),
                            new Class<?>[] {handlerType},
                            (proxy, method, arguments) -> invoke(proxy, method, arguments));
            replaced.put(signal, handle(signal, handler));
        } catch (InvocationTargetException e) {
            LOG.debug("SIG{} is not ours to handle", name, e.getCause()); // as with java -Xrs
        } catch (ReflectiveOperationException e) {
            LOG.warn("SIG{} cannot be handled: it ends a training without a checkpoint", name, e);
        }
    }

    private static Object handle(Object signal, Object handler)
            throws ReflectiveOperationException {
        Class<?> handlerType = Class.forName("sun.misc.SignalHandler");
        return signal.getClass()
                .getMethod("handle", signal.getClass(), handlerType)
                .invoke(null, signal, handler);
    }

    private Object invoke(Object proxy, Method method, Object[] arguments)
            throws ReflectiveOperationException {
        return switch (method.getName()) {
            case "handle" -> {
                Object signal = arguments[0];
                int number = (int) signal.getClass().getMethod("getNumber").invoke(signal);
                received("SIG" + signal.getClass().getMethod("getName").invoke(signal), number);
                yield null;
            }
            case "equals" -> proxy == arguments[0];
            case "hashCode" -> System.identityHashCode(proxy);
            default -> "handler of " + replaced.keySet();
        };
    }

    private void received(String name, int number) {
        boolean isFirst = takeNote(number);
        if (stop.request()) {
            out.println(
                    "sas: "
                            + name
                            + ": finishing the step and saving a checkpoint; a second signal ends"
                            + " at once");
            out.flush();
        } else if (isFirst) {
            System.exit(EXIT_CODE_BASE + number); // nothing is lost yet that would be saved
        } else {
            Runtime.getRuntime().halt(EXIT_CODE_BASE + number);
        }
    }

    private synchronized boolean takeNote(int number) {
        boolean isFirst = first == 0;
        first = isFirst ? number : first;
        return isFirst;
    }

    /** Returns the exit code of a program that the first signal ended. */
    synchronized int exitCode() {
        return EXIT_CODE_BASE + first;
    }

    /** Gives the signals back to whoever had them. */
    @Override
    public void close() {
        replaced.forEach(
                (signal, handler) -> {
                    try {
                        handle(signal, handler);
                    } catch (ReflectiveOperationException e) {
                        LOG.warn("{} cannot be given back", signal, e);
                    }
                });
    }
}
