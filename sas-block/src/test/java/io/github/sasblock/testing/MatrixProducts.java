package io.github.sasblock.testing;

import ai.djl.pytorch.jni.JniUtils;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.github.sasblock.kernel.Kernels;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Counts the multiply-adds of the matrix products and convolutions that libtorch runs. */
public final class MatrixProducts {

    /** Operators that run products through the operators counted here. */
    private static final Set<String> COMPOSED =
            Set.of("aten::matmul", "aten::linear", "aten::einsum", "aten::conv1d");

    private MatrixProducts() {}

    /** An operator of the trace, with the shapes of its arguments. */
    private record Operator(String name, double start, double end, List<long[]> shapes) {

        static Operator of(JsonNode event) {
            List<long[]> shapes = new ArrayList<>();
            for (JsonNode shape : event.get("shape")) {
                long[] axes = new long[shape.size()];
                for (int i = 0; i < axes.length; i++) {
                    axes[i] = shape.get(i).asLong();
                }
                shapes.add(axes);
            }
            double start = event.get("ts").asDouble();
            return new Operator(
                    event.get("name").asText(), start, start + event.get("dur").asDouble(), shapes);
        }

        boolean isInside(Operator other) {
            return other != this && other.start <= start && end <= other.end;
        }

        boolean isConvolution() {
            return name.equals("aten::convolution");
        }

        long multiplyAdds() {
            return switch (name) {
                case "aten::mm", "aten::bmm", "aten::mv", "aten::dot" -> product(0);
                case "aten::addmm", "aten::baddbmm", "aten::addmv", "aten::addbmm" -> product(1);
                case "aten::convolution" -> convolution();
                default -> 0;
            };
        }

        // [.., n, k] × [.., k, m]
        private long product(int first) {
            long[] b = shapes.get(first + 1);
            long columns = b.length == 1 ? 1 : b[b.length - 1];
            return size(shapes.get(first)) * columns;
        }

        // [N, in, L] and [out, in, K], padded to keep L
        private long convolution() {
            long[] x = shapes.get(0);
            return x[0] * x[2] * size(shapes.get(1));
        }

        private static long size(long[] shape) {
            long size = 1;
            for (long axis : shape) {
                size *= axis;
            }
            return size;
        }
    }

    /** Runs something in its plain form and returns the multiply-adds it took. */
    public static long during(Runnable runnable) throws IOException {
        Path trace = Files.createTempFile("trace", ".json");
        Kernels.Mode mode = Kernels.mode();
        try {
            Kernels.use(Kernels.Mode.PLAIN);
            JniUtils.startProfile(false, true, false);
            try {
                runnable.run();
            } finally {
                JniUtils.stopProfile(trace.toString());
            }
            return count(operators(trace));
        } finally {
            Kernels.use(mode);
            Files.delete(trace);
        }
    }

    private static List<Operator> operators(Path trace) throws IOException {
        List<Operator> operators = new ArrayList<>();
        for (JsonNode event : new ObjectMapper().readTree(trace.toFile())) {
            operators.add(Operator.of(event));
        }
        if (operators.isEmpty()) {
            throw new IllegalStateException("the profiler recorded no operator");
        }
        return operators;
    }

    private static long count(List<Operator> operators) {
        List<Operator> convolutions = operators.stream().filter(Operator::isConvolution).toList();
        long count = 0;
        for (Operator operator : operators) {
            if (convolutions.stream().anyMatch(operator::isInside)) {
                continue; // a part of a convolution, which is counted as one
            }
            count += operator.multiplyAdds();
            requireKnown(operator);
        }
        return count;
    }

    private static void requireKnown(Operator operator) {
        String name = operator.name();
        boolean isProduct =
                name.contains("mm")
                        || name.contains("mv")
                        || name.contains("conv1d")
                        || name.contains("convolution")
                        || name.contains("matmul")
                        || name.contains("dot")
                        || name.contains("attention");
        if (isProduct && operator.multiplyAdds() == 0 && !COMPOSED.contains(name)) {
            throw new IllegalStateException("the count knows no operator " + name);
        }
    }
}
