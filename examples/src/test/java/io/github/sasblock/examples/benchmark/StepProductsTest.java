package io.github.sasblock.examples.benchmark;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.sasblock.examples.config.RunConfig;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StepProductsTest {

    /** Blocks of queries also multiply a part of the future, which the model does not count. */
    @ParameterizedTest
    @CsvSource({"mha, ''", "gqa, ''", "sas, paper", "sas, features", "sas, shared-values"})
    void areTheOperationsThatTheModelCounts(String attention, String sas) {
        Map<String, List<String>> values = new LinkedHashMap<>();
        values.put("preset", List.of("tiny"));
        values.put("attention", List.of(attention));
        values.put("context", List.of("256"));
        if (!sas.isEmpty()) {
            values.put("sas", List.of(sas));
        }
        try (Workbench bench = new Workbench()) {
            TrainedModel model = new TrainedModel(bench.manager(), RunConfig.read(values, null));
            StepProducts products = new StepProducts(bench, model, 2);
            bench.closeLater(products::close);
            products.run();
            assertThat(products.operations() / model.operationsOfStep()).isBetween(1.0, 1.1);
        }
    }
}
