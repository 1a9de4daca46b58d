package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Test;

import dev.icmlora.Choices;
import dev.icmlora.TestInstallation;

/// Whatever operations are put together from whatever tensors: each is refused, or the graph computes results
/// of the shapes that it promised.
class GraphFuzzTest {
    private static final Backend BACKEND;
    private static final int TENSORS = 16;

    static {
        TestInstallation.loadLibraries();
        BACKEND = Backend.cpu(1);
    }

    @Test
    void randomGraphs() {
        Choices.random(2_000, 80, GraphFuzzTest::run);
    }

    @FuzzTest
    void graphs(byte[] bytes) {
        run(bytes);
    }

    private static void run(byte[] bytes) {
        Choices choices = new Choices(bytes);
        try (TensorStore store = TensorStore.ofCapacity(2);
                Graph graph = Graph.create(BACKEND, TENSORS)) {
            List<Tensor> settable = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                orRefused(() -> settable.add(store.create("stored", type(choices), shape(choices))));
            }
            orRefused(() -> store.allocate(BACKEND));
            for (int i = 0; i < 3; i++) {
                orRefused(() -> settable.add(graph.input("input", type(choices), shape(choices))));
            }
            List<Tensor> tensors = new ArrayList<>(settable);
            while (choices.more() && !tensors.isEmpty()) {
                orRefused(() -> tensors.add(operation(graph, tensors, choices)));
            }
            compute(graph, settable, tensors);
        }
    }

    private static void compute(Graph graph, List<Tensor> settable, List<Tensor> tensors) {
        tensors.forEach(tensor -> orRefused(() -> graph.output(tensor)));
        orRefused(graph::build);
        for (Tensor tensor : tensors) {
            orRefused(() -> tensor.set(new byte[(int) tensor.bytes()]));
            orRefused(() -> tensor.set(new int[(int) tensor.elements()]));
            float[] values = new float[(int) tensor.elements()];
            Arrays.fill(values, 1.5f);
            orRefused(() -> tensor.set(values));
        }
        orRefused(graph::compute);
        for (Tensor tensor : tensors) {
            orRefused(() -> assertThat(tensor.toBytes()).hasSize((int) tensor.bytes()));
            orRefused(() -> assertThat(tensor.toFloats()).hasSize((int) tensor.elements()));
        }
        assertThat(settable).allMatch(tensor -> !tensor.isComputed());
    }

    private static Tensor operation(Graph graph, List<Tensor> tensors, Choices choices) {
        int operation = choices.below(34);
        Tensor a = tensors.get(choices.below(tensors.size()));
        Tensor b = tensors.get(choices.below(tensors.size()));
        GradientOps ops = new GradientOps(graph);
        return switch (operation) {
            case 0 -> graph.add(a, b);
            case 1 -> graph.sub(a, b);
            case 2 -> graph.mul(a, b);
            case 3, 4 -> graph.mulMat(a, b);
            case 5 -> graph.scale(a, choices.mostlyBetween(-2, 2));
            case 6 -> graph.sigmoid(a);
            case 7 -> graph.silu(a);
            case 8 -> graph.norm(a, choices.mostlyBetween(0, 1));
            case 9 -> graph.rmsNorm(a, choices.mostlyBetween(0, 1));
            case 10 -> graph.softMax(a);
            case 11 -> graph.concat(a, b, choices.mostlyBelow(4));
            case 12 -> graph.reshape(a, shape(choices));
            case 13, 14 -> graph.view(a, choices.mostlyBelow(4), choices.mostlyBelow(3), 1 + choices.mostlyBelow(64));
            case 15, 16, 17 ->
                choices.oneIn(8)
                        ? graph.permute(a, choices.mostlyBelow(4), choices.below(4), 2, 3)
                        : choices.oneIn(2) ? graph.permute(a, 1, 0, 2, 3) : graph.permute(a, 0, 2, 1, 3);
            case 18 -> graph.cont(a);
            case 19 -> graph.cast(a, type(choices));
            case 20 -> graph.cpy(a, b);
            case 21 -> ops.softMax(a, b, choices.mostlyBetween(-2, 2));
            case 22 -> ops.softMaxBack(a, b, choices.mostlyBetween(-2, 2));
            case 23 -> ops.rope(a, b, divisors(tensors, choices), rope(choices));
            case 24 -> ops.ropeBack(a, b, divisors(tensors, choices), rope(choices));
            case 25 -> ops.rmsNormBack(a, b, choices.mostlyBetween(0, 1));
            case 26 -> ops.swiGlu(a, b);
            case 27 -> ops.siluBack(a, b);
            case 28 -> ops.outProd(a, b);
            case 29 -> ops.setRows(a, b, tensors.get(choices.below(tensors.size())));
            case 30 -> ops.geGlu(a, b);
            case 31 -> ops.geluBack(a, b);
            default -> graph.getRows(a, b);
        };
    }

    private static Rope rope(Choices choices) {
        return new Rope(
                choices.of(2, 4, 32, 3),
                choices.oneIn(2),
                choices.mostlyBetween(1, 10_000),
                choices.mostlyBetween(0.1f, 2));
    }

    private static Optional<Tensor> divisors(List<Tensor> tensors, Choices choices) {
        return choices.oneIn(2) ? Optional.empty() : Optional.of(tensors.get(choices.below(tensors.size())));
    }

    private static GgmlType type(Choices choices) {
        return choices.oneIn(3) ? choices.of(GgmlType.values()) : choices.of(GgmlType.F32, GgmlType.F32, GgmlType.I32);
    }

    private static long[] shape(Choices choices) {
        long[] shape = new long[choices.of(1, 2, 2, 3, 4)];
        Arrays.setAll(shape, i -> choices.of(2L, 3L, 1L, 32L, 2L, 4L, i == 0 ? 256L : 2L, 3L));
        if (choices.oneIn(16)) {
            shape[0] = choices.of(0L, -1L, Long.MAX_VALUE, 33L);
        }
        return shape;
    }

    private static void orRefused(Runnable call) {
        try {
            call.run();
        } catch (IllegalArgumentException | IllegalStateException | NativeCallException refused) {
            assertThat(refused.getMessage()).isNotBlank();
        }
    }
}
