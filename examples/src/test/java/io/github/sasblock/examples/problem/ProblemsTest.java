package io.github.sasblock.examples.problem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProblemsTest {

    @Test
    void reportsEveryProblemAtOnce() {
        Problems problems = new Problems();
        problems.require(false, "--steps", -1, "a positive number");
        problems.require(true, "--seed", 1, "anything");
        problems.addUnknown("--attention", "mah", List.of("mha", "gqa", "mqa", "sas"));
        assertThatThrownBy(problems::throwIfAny)
                .isInstanceOf(InvalidInputException.class)
                .hasMessage(
                        "2 problems:\n"
                                + "  - --steps = -1: expected a positive number\n"
                                + "  - --attention = mah: expected one of mha, gqa, mqa, sas;"
                                + " did you mean mha?");
    }

    @Test
    void isSilentWithoutProblems() {
        assertThatCode(new Problems()::throwIfAny).doesNotThrowAnyException();
    }

    @Test
    void suggestsOnlyNamesThatAreNear() {
        assertThat(Problems.nearest("SSA", List.of("mha", "sas"))).contains("sas");
        assertThat(Problems.nearest("sa", List.of("mha", "sas"))).contains("sas");
        assertThat(Problems.nearest("--lerning-rate", List.of("--learning-rate", "--steps")))
                .contains("--learning-rate");
        assertThat(Problems.nearest("transformer", List.of("mha", "sas"))).isEmpty();
    }
}
