package io.github.sasblock.examples.classifier;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.nn.Block;
import ai.djl.nn.LambdaBlock;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

class ClassifierExampleTest {

    private static final int EMBEDDING_SIZE = 64;
    private static final int HEADS = 4;
    private static final int EPOCHS = 6;

    @TempDir private static Path folder;
    private static NDManager manager;
    private static MovieReviews reviews;

    @BeforeAll
    static void readReviews() throws Exception {
        InventedReviews.writeRepository(folder, 2000, 500, 0);
        manager = NDManager.newBaseManager();
        reviews =
                MovieReviews.load(
                        new ReviewRepository(folder, folder.resolve("unpacked")),
                        new MovieReviews.Options(32, 64, Integer.MAX_VALUE, 1),
                        manager,
                        null);
    }

    @AfterAll
    static void closeReviews() {
        manager.close();
    }

    @Test
    void sasReachesWhatTheStockAttentionReaches() throws Exception {
        float stock = testAccuracy(AttentionChoice.STOCK.create(EMBEDDING_SIZE, HEADS));
        float sas = testAccuracy(AttentionChoice.SAS.create(EMBEDDING_SIZE, HEADS));
        assertThat(stock).isGreaterThanOrEqualTo(0.95f);
        assertThat(sas).isGreaterThanOrEqualTo(0.95f).isGreaterThanOrEqualTo(stock - 0.03f);
    }

    @Test
    void withoutAttentionThreeQuartersAreReached() throws Exception {
        Block none = new LambdaBlock(xAndMask -> new NDList(xAndMask.head()));
        assertThat(testAccuracy(none)).isBetween(0.65f, 0.85f);
    }

    @Test
    void theSameSeedGivesTheSameResult() throws Exception {
        List<ClassifierTraining.Epoch> epochs = new ArrayList<>();
        ClassifierTraining training =
                new ClassifierTraining(
                        reviews, new ClassifierTraining.Options(8, 1, 0.005f, 3), epochs::add);
        training.run(AttentionChoice.MHA.create(8, 2));
        training.run(AttentionChoice.MHA.create(8, 2));
        assertThat(epochs).hasSize(2);
        assertThat(epochs.get(0)).isEqualTo(epochs.get(1));
    }

    @Test
    void theProgramComparesAttentions() {
        Run run = run("--repository=invented --limit=64 --epochs=1 --attention=stock,SAS");
        assertThat(run.exitCode).isZero();
        assertThat(run.out)
                .contains("64 reviews to train with, 64 to test with")
                .containsPattern("attention +parameters +test accuracy +seconds")
                .containsPattern("stock +16640 +\\d+\\.\\d\\d % +\\d+\\.\\d")
                .containsPattern("sas +21608 +\\d+\\.\\d\\d % +\\d+\\.\\d");
    }

    @Test
    void theProgramRefusesAFolderWithoutReviews(@TempDir Path other) {
        Run run = run("--repository=" + other + " --attention=sas");
        assertThat(run.exitCode).isEqualTo(2);
        assertThat(run.err).contains(other + ": expected a folder in DJL's repository layout");
    }

    @Test
    void theProgramTellsOfEveryWrongOptionAtOnce() {
        Run run = run("--repository=invented --attention=stok --heads=5 --epochs=0");
        assertThat(run.exitCode).isEqualTo(2);
        assertThat(run.err)
                .contains(
                        "--attention = stok: expected one of stock, sas, mha; did you mean stock?")
                .contains("--heads = 5: expected a positive divisor of the embedding size")
                .contains("--epochs = 0: expected a positive number")
                .doesNotContain("Exception");
    }

    @Test
    void theProgramTellsOfARepositoryThatIsNone() {
        Run run = run("--repository=remot");
        assertThat(run.exitCode).isEqualTo(2);
        assertThat(run.err)
                .contains(
                        "--repository = remot: expected remote, invented or a folder that exists");
    }

    private static float testAccuracy(Block attention) throws Exception {
        ClassifierTraining.Options options =
                new ClassifierTraining.Options(EMBEDDING_SIZE, EPOCHS, 0.003f, 3);
        return new ClassifierTraining(reviews, options, epoch -> {}).run(attention).testAccuracy();
    }

    private record Run(int exitCode, String out, String err) {}

    private static Run run(String options) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        CommandLine commandLine =
                ClassifierExample.commandLine()
                        .setOut(new PrintWriter(out))
                        .setErr(new PrintWriter(err));
        int exitCode = commandLine.execute(options.split(" "));
        return new Run(exitCode, out.toString(), err.toString());
    }
}
