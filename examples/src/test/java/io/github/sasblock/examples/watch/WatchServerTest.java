package io.github.sasblock.examples.watch;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.sasblock.examples.checkpoint.RunLock;
import io.github.sasblock.examples.problem.InvalidInputException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WatchServerTest {

    @TempDir private Path folder;
    private WatchServer server;

    @BeforeEach
    void start() throws IOException {
        WatchedRun.begin(folder);
        WatchedRun.log(folder, 1, 10);
        server = WatchServer.start(RunStatus.open(folder), "localhost", 0);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    /** Sends exactly this, as no client library would, and returns the whole answer. */
    private String answer(String request) throws IOException {
        try (Socket socket = new Socket("localhost", server.address().getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write(request.getBytes(US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), UTF_8);
        }
    }

    private String get(String path) throws IOException {
        return answer(request("GET", path, "localhost"));
    }

    private static String request(String method, String path, String host) {
        return method
                + " "
                + path
                + " HTTP/1.1\r\nHost: "
                + host
                + "\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    }

    private JsonNode data() throws IOException {
        String answer = get("/data.json");
        return new ObjectMapper().readTree(answer.substring(answer.indexOf("\r\n\r\n") + 4));
    }

    @Test
    void thePageLoadsNothingFromElsewhere() throws IOException {
        for (String path : new String[] {"/", "/watch.css", "/watch.js", "/data.json"}) {
            String answer = get(path);
            assertThat(answer)
                    .startsWith("HTTP/1.1 200")
                    .containsIgnoringCase("content-security-policy: default-src 'none'; script-src")
                    .containsIgnoringCase("x-content-type-options: nosniff")
                    .doesNotContain("unsafe-");
            String body = answer.substring(answer.indexOf("\r\n\r\n"));
            assertThat(body.replace("http://www.w3.org/2000/svg", "")) // a name, not an address
                    .doesNotContain("://");
        }
    }

    @Test
    void theDataFollowTheRunToItsEnd() throws IOException {
        RunLock lock = RunLock.acquire(folder);
        try {
            assertThat(data().path("phase").asText()).isEqualTo("running");
            assertThat(data().path("train")).hasSize(10);
            assertThat(data().path("validations")).hasSize(2);
            assertThat(data().at("/best/step").asInt()).isEqualTo(5);
            WatchedRun.log(folder, 11, 20);
            assertThat(data().path("step").asInt()).isEqualTo(20);
        } finally {
            lock.close();
        }
        WatchedRun.finish(folder, 20);
        assertThat(data().path("phase").asText()).isEqualTo("finished");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/config.json",
                "/metrics.jsonl",
                "/../config.json",
                "/%2e%2e/etc/passwd",
                "/..%2f..%2fetc/passwd",
                "//etc/passwd",
                "/watch.css/../config.json",
                "/watch.css%00",
                "/WatchServer.class",
                "/nothing"
            })
    void noOtherAddressLeadsAnywhere(String path) throws IOException {
        assertThat(get(path)).startsWith("HTTP/1.1 404").doesNotContain("preset");
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "DELETE", "OPTIONS", "TRACE", "PATCH", "BREW"})
    void otherMethodsAreRefused(String method) throws IOException {
        assertThat(answer(request(method, "/data.json", "localhost")))
                .startsWith("HTTP/1.1 405")
                .containsIgnoringCase("Allow: GET, HEAD");
    }

    @Test
    void headAnswersWithoutABody() throws IOException {
        assertThat(answer(request("HEAD", "/", "localhost")))
                .startsWith("HTTP/1.1 200")
                .endsWith("\r\n\r\n");
    }

    @Test
    void anAddressThatIsTooLongIsRefused() throws IOException {
        assertThat(get("/" + "a".repeat(5000))).startsWith("HTTP/1.1 414");
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000_000, 20_000_000})
    void anEndlessRequestIsCutOff(int length) {
        String request = "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + "a".repeat(length);
        assertThatThrownBy(() -> refusal(request)).isInstanceOf(SocketException.class);
    }

    private void refusal(String request) throws IOException {
        String answer = answer(request);
        if (!answer.startsWith("HTTP/1.1 200")) {
            throw new SocketException("closed: " + answer);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", ""})
    void aRequestForAnotherHostIsRefused(String host) throws IOException {
        assertThat(answer(request("GET", "/data.json", host)))
                .startsWith("HTTP/1.1 421")
                .doesNotContain("preset");
    }

    @Test
    void aRequestForNoHostOrTwoIsRefused() throws IOException {
        assertThat(answer("GET / HTTP/1.1\r\nConnection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421");
        assertThat(
                        answer(
                                "GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n"
                                        + "Connection: close\r\n\r\n"))
                .startsWith("HTTP/1.1 421");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"localhost", "localhost:8642", "LOCALHOST", "127.0.0.1:1", "[::1]:8642"})
    void aRequestForThisMachineIsAnswered(String host) throws IOException {
        assertThat(answer(request("GET", "/", host))).startsWith("HTTP/1.1 200");
    }

    @Test
    void openToOthersItAnswersToAddressesInDigitsAndToTheNameThatWasTold() throws IOException {
        InetAddress any = InetAddress.getByName("0.0.0.0");
        AllowedHosts hosts = new AllowedHosts("Trainer.example", any);
        for (String host : new String[] {"192.168.1.7:8642", "[fe80::1]", "trainer.example"}) {
            assertThat(hosts.allow(List.of(host))).as(host).isTrue();
        }
        assertThat(hosts.allow(List.of("evil.example"))).isFalse();
    }

    @Test
    void aPortThatIsTakenIsNamed() throws IOException {
        RunStatus run = RunStatus.open(folder);
        int port = server.address().getPort();
        assertThatThrownBy(() -> WatchServer.start(run, "localhost", port))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageStartingWith("--port = " + port + ": cannot listen there");
    }

    @Test
    void aRunThatCannotBeReadIsAnErrorAndNotTheEndOfTheServer() throws IOException {
        Files.delete(folder.resolve("metrics.jsonl"));
        Files.createDirectory(folder.resolve("metrics.jsonl"));
        assertThat(get("/data.json")).startsWith("HTTP/1.1 500");
        assertThat(get("/")).startsWith("HTTP/1.1 200");
    }

    @Test
    void afterItsEndItAnswersNoMore() {
        int port = server.address().getPort();
        server.close();
        assertThatThrownBy(() -> new Socket("localhost", port).close())
                .isInstanceOf(IOException.class);
    }
}
