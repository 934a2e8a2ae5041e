package io.github.sasblock.examples.watch;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Serves the page on which a run can be watched.
 *
 * <p>There are four fixed addresses: the page, its style, its script, and the data. No path of a
 * request is ever looked up on the disk. Requests are answered only if they name a host that this
 * server is meant to be reached by, so that no page of another site can read it through a name that
 * it lets point here (DNS rebinding); the page itself loads from here alone.
 */
public final class WatchServer implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(WatchServer.class);

    private static final int LONGEST_ADDRESS = 200;
    private static final int THREADS = 8;
    private static final String POLICY =
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src"
                    + " data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    static {
        // The JDK's server waits for ever for the rest of a request unless told otherwise.
        limit("sun.net.httpserver.maxReqTime", "10");
        limit("sun.net.httpserver.maxRspTime", "30");
        limit("sun.net.httpserver.maxReqHeaders", "60");
        limit("sun.net.httpserver.maxReqHeaderSize", "16384");
        limit("jdk.httpserver.maxConnections", "64");
    }

    private final HttpServer server;
    private final ExecutorService threads;
    private final AllowedHosts hosts;
    private final Map<String, Content> contents = new LinkedHashMap<>();
    private final WatchData data;

    /** What lies at an address. */
    private record Content(String type, Body body) {}

    @FunctionalInterface
    private interface Body {
        byte[] bytes() throws IOException;
    }

    private WatchServer(RunStatus run, HttpServer server, AllowedHosts hosts) throws IOException {
        this.server = server;
        this.hosts = hosts;
        data = new WatchData(run);
        addResource("/", "index.html", "text/html; charset=utf-8");
        addResource("/watch.css", "watch.css", "text/css; charset=utf-8");
        addResource("/watch.js", "watch.js", "text/javascript; charset=utf-8");
        contents.put("/data.json", new Content("application/json", data::json));
        threads = Executors.newFixedThreadPool(THREADS, WatchServer::daemon);
        server.setExecutor(threads);
        server.createContext("/", this::answer);
    }

    private static void limit(String property, String value) {
        if (System.getProperty(property) == null) {
            System.setProperty(property, value);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "watch");
        thread.setDaemon(true);
        return thread;
    }

    private void addResource(String path, String name, String type) throws IOException {
        try (InputStream in = WatchServer.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its resource " + name);
            }
            byte[] bytes = in.readAllBytes();
            contents.put(path, new Content(type, () -> bytes));
        }
    }

    /**
     * Starts to serve.
     *
     * @param run the run to show
     * @param host the name or address of this machine to listen at, such as {@code localhost}
     * @param port the port; 0 for any that is free
     * @return the server, to be closed
     * @throws InvalidInputException if it cannot listen there
     * @throws IOException if listening fails otherwise
     */
    public static WatchServer start(RunStatus run, String host, int port) throws IOException {
        try {
            InetAddress address = InetAddress.getByName(host);
            HttpServer server = HttpServer.create(new InetSocketAddress(address, port), 0);
            WatchServer watch = new WatchServer(run, server, new AllowedHosts(host, address));
            server.start();
            return watch;
        } catch (UnknownHostException e) {
            throw new InvalidInputException(
                    "--host = " + host + ": expected a name or an address of this machine", e);
        } catch (BindException e) {
            throw new InvalidInputException(
                    "--port = "
                            + port
                            + ": cannot listen there on "
                            + host
                            + " ("
                            + e.getMessage()
                            + "); expected a free port, or 0 for any",
                    e);
        }
    }

    /**
     * Returns where the page is.
     *
     * @return its address, for a browser on this machine
     */
    public URI address() {
        InetSocketAddress bound = server.getAddress();
        String host = bound.getAddress().isAnyLocalAddress() ? "localhost" : hosts.shown();
        return URI.create("http://" + host + ":" + bound.getPort() + "/");
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            Headers headers = exchange.getResponseHeaders();
            headers.set("Content-Security-Policy", POLICY);
            headers.set("X-Content-Type-Options", "nosniff");
            headers.set("Referrer-Policy", "no-referrer");
            headers.set("Cross-Origin-Resource-Policy", "same-origin");
            headers.set("Cache-Control", "no-store");
            respond(exchange);
        } catch (RuntimeException e) {
            LOG.warn("a request was not answered", e);
        }
    }

    private void respond(HttpExchange exchange) throws IOException {
        URI address = exchange.getRequestURI();
        if (!hosts.allow(exchange.getRequestHeaders().get("Host"))) {
            refuse(exchange, 421, "this server is not known under that name");
        } else if (!Set.of("GET", "HEAD").contains(exchange.getRequestMethod())) {
            exchange.getResponseHeaders().set("Allow", "GET, HEAD");
            refuse(exchange, 405, "only GET and HEAD are answered");
        } else if (address.toString().length() > LONGEST_ADDRESS) {
            refuse(exchange, 414, "the address is too long");
        } else if (!contents.containsKey(String.valueOf(address.getRawPath()))) {
            refuse(exchange, 404, "there is nothing at this address");
        } else {
            send(exchange, contents.get(address.getRawPath()));
        }
    }

    private static void send(HttpExchange exchange, Content content) throws IOException {
        byte[] bytes;
        try {
            bytes = content.body().bytes();
        } catch (IOException | InvalidInputException e) {
            LOG.warn("the run cannot be read", e);
            refuse(exchange, 500, "the run cannot be read");
            return;
        }
        send(exchange, 200, content.type(), bytes);
    }

    private static void refuse(HttpExchange exchange, int status, String reason)
            throws IOException {
        exchange.getResponseHeaders().set("Connection", "close");
        send(exchange, status, "text/plain; charset=utf-8", (reason + "\n").getBytes(UTF_8));
    }

    private static void send(HttpExchange exchange, int status, String type, byte[] bytes)
            throws IOException {
        exchange.getResponseHeaders().set("Content-Type", type);
        if (exchange.getRequestMethod().equals("HEAD")) {
            exchange.getResponseHeaders().set("Content-Length", String.valueOf(bytes.length));
            exchange.sendResponseHeaders(status, -1);
        } else {
            exchange.sendResponseHeaders(status, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    /** Stops to serve. */
    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
