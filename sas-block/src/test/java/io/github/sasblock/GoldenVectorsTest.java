package io.github.sasblock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Parity with the published implementations, in float32: outputs within 1e-5 and every gradient
 * within 1e-4 of its norm, plus 1e-6 of the norm of all gradients.
 *
 * <p>Runs every {@code <kind>/<name>.safetensors} below the folder named by the system property
 * {@code golden.dir}, by default the project's own.
 */
class GoldenVectorsTest {

    @TestFactory
    Stream<DynamicTest> agreesWithThePublishedCode() throws IOException {
        List<Path> cases = GoldenFolder.files();
        assertThat(cases).as("golden cases").isNotEmpty();
        return cases.stream().map(file -> dynamicTest(name(file), () -> check(file)));
    }

    private static String kind(Path file) {
        return file.toAbsolutePath().getParent().getFileName().toString();
    }

    private static String name(Path file) {
        return kind(file) + "/" + file.getFileName().toString().replace(".safetensors", "");
    }

    private static void check(Path file) throws IOException {
        String kind = kind(file);
        try (GoldenCase golden = GoldenCase.open(file)) {
            GoldenCase.Errors errors = GoldenBlocks.errors(kind, golden);
            System.out.printf(
                    Locale.ROOT,
                    "%-24s largest error: output %.1e, gradient %.1e of its bound (%s)%n",
                    name(file),
                    errors.output(),
                    errors.gradientOfBound(),
                    errors.worstGradient());
            assertThat(errors.output()).as("largest output error").isLessThanOrEqualTo(1e-5);
            assertThat(errors.gradientOfBound())
                    .as("error of the gradient of " + errors.worstGradient() + " over its bound")
                    .isLessThanOrEqualTo(1);
        }
    }
}
