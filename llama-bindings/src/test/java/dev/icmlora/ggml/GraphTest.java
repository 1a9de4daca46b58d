package dev.icmlora.ggml;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import java.util.function.BiFunction;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.TestInstallation;

class GraphTest {
    private Backend backend;

    @BeforeEach
    void open() {
        TestInstallation.loadLibraries();
        backend = Backend.cpu(1);
    }

    @AfterEach
    void close() {
        backend.close();
    }

    /// One operation on one input of shape `{3, 2}` holding -2, -1, 0, 1, 2, 3.
    private float[] of(BiFunction<Graph, Tensor, Tensor> operation) {
        try (Graph graph = Graph.create(backend, 16)) {
            Tensor x = graph.input("x", GgmlType.F32, 3, 2);
            Tensor y = operation.apply(graph, x);
            graph.output(y);
            graph.build();
            x.set(new float[] {-2, -1, 0, 1, 2, 3});
            graph.compute();
            return y.toFloats();
        }
    }

    @Test
    void elementwiseOperations() {
        assertThat(of((g, x) -> g.scale(x, 2))).containsExactly(-4, -2, 0, 2, 4, 6);
        assertThat(of((g, x) -> g.add(x, x))).containsExactly(-4, -2, 0, 2, 4, 6);
        assertThat(of((g, x) -> g.sub(x, x))).containsOnly(0);
        assertThat(of((g, x) -> g.mul(x, x))).containsExactly(4, 1, 0, 1, 4, 9);
        assertThat(of(Graph::sigmoid)[3]).isEqualTo((float) (1 / (1 + Math.exp(-1))), within(1e-5f));
        assertThat(of(Graph::silu)[4]).isEqualTo((float) (2 / (1 + Math.exp(-2))), within(1e-4f));
    }

    /// A hundred operations, more than are computed before the clock is looked at.
    @Test
    void inPiecesAsAWhole() {
        try (Graph graph = Graph.create(backend, 128)) {
            Tensor x = graph.input("x", GgmlType.F32, 3, 2);
            Tensor y = x;
            for (int i = 0; i < 50; i++) {
                y = graph.scale(graph.silu(y), 1.5f);
            }
            graph.output(y);
            graph.build();
            x.set(new float[] {-2, -1, 0, 1, 2, 3});
            graph.compute();
            float[] whole = y.toFloats();

            for (int round = 0; round < 2; round++) {
                x.set(new float[] {-2, -1, 0, 1, 2, 3});
                int pieces = 1;
                while (!graph.computeFor(Duration.ZERO)) {
                    pieces++;
                }
                assertThat(pieces).isEqualTo(4);
                assertThat(y.toFloats()).containsExactly(whole);
            }
            x.set(new float[6]);
            assertThat(graph.computeFor(Duration.ofMinutes(1))).isTrue();
            assertThat(y.toFloats()).containsOnly(0);
        }
    }

    @Test
    void rowOperations() {
        float root = (float) Math.sqrt(1.5);
        assertThat(of((g, x) -> g.norm(x, 0)))
                .usingComparatorWithPrecision(1e-4f)
                .containsExactly(-root, 0, root, -root, 0, root);
        float rms = (float) Math.sqrt(14 / 3.0);
        assertThat(of((g, x) -> g.rmsNorm(x, 0))[5]).isEqualTo(3 / rms, within(1e-4f));
        float[] soft = of(Graph::softMax);
        assertThat(soft[0] + soft[1] + soft[2]).isEqualTo(1, within(1e-5f));
        assertThat(soft[2] / soft[1]).isEqualTo((float) Math.E, within(1e-4f));
    }

    @Test
    void shapeOperations() {
        assertThat(of((g, x) -> g.concat(x, x, 0))).containsExactly(-2, -1, 0, -2, -1, 0, 1, 2, 3, 1, 2, 3);
        assertThat(of((g, x) -> g.cont(g.permute(x, 1, 0, 2, 3)))).containsExactly(-2, 1, -1, 2, 0, 3);
        assertThat(of((g, x) -> g.cont(g.view(x, 0, 1, 3)))).containsExactly(-1, 0, 2, 3);
        assertThat(of((g, x) -> g.view(x, 1, 1, 2))).containsExactly(1, 2, 3);
        assertThat(of((g, x) -> g.reshape(x, 6))).hasSize(6);
        assertThat(of((g, x) -> g.add(x, g.view(x, 1, 0, 1)))).containsExactly(-4, -2, 0, -1, 1, 3);
        assertThat(of((g, x) -> g.cast(g.cast(x, GgmlType.F16), GgmlType.F32))).containsExactly(-2, -1, 0, 1, 2, 3);
    }

    @Test
    void castsToEightBitsAndBack() {
        float[] values = new float[64];
        for (int i = 0; i < values.length; i++) {
            values[i] = i - 20;
        }
        try (Graph graph = Graph.create(backend, 8)) {
            Tensor x = graph.input("x", GgmlType.F32, 32, 2);
            Tensor back = graph.cast(graph.cast(x, GgmlType.Q8_0), GgmlType.F32);
            graph.output(back);
            assertThatIllegalArgumentException().isThrownBy(() -> graph.cast(graph.view(x, 0, 0, 16), GgmlType.Q8_0));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> graph.cast(graph.permute(x, 1, 0, 2, 3), GgmlType.Q8_0));
            graph.build();
            x.set(values);
            graph.compute();
            assertThat(back.toFloats()).containsExactly(values, within(0.2f));
        }
    }

    @Test
    void multipliesWithStoredWeightsAndCopiesIntoAStore() {
        try (TensorStore store = TensorStore.ofCapacity(2);
                Graph graph = Graph.create(backend, 8)) {
            Tensor weight = store.create("w", GgmlType.F16, 3, 2);
            Tensor target = store.create("target", GgmlType.F16, 2);
            assertThatIllegalStateException().isThrownBy(() -> weight.set(new float[6]));
            store.allocate(backend);
            weight.set(new float[] {1, 2, 3, 4, 5, 6});
            Tensor x = graph.input("x", GgmlType.F32, 3);
            Tensor y = graph.mulMat(weight, x);
            graph.output(graph.cpy(y, target));
            graph.output(y);
            graph.build();
            x.set(new float[] {1, 0, -1});
            graph.compute();
            assertThat(y.toFloats()).containsExactly(-2, -2);
            assertThat(target.toFloats()).containsExactly(-2, -2);
            weight.set(new float[] {1, 1, 1, 2, 2, 2});
            graph.compute();
            assertThat(target.toFloats()).containsExactly(0, 0);
            assertThat(weight.toBytes()).isEqualTo(Halves.toF16(new float[] {1, 1, 1, 2, 2, 2}));
            assertThat(weight.rowsToFloats(1, 2)).containsExactly(2, 2, 2);
            assertThat(weight.rowsToFloats(2, 2)).isEmpty();
            assertThatIllegalArgumentException().isThrownBy(() -> weight.rowsToFloats(1, 3));
        }
    }

    /// More numbers than are copied at once, and no multiple of these.
    @Test
    void takesATensorOutOfAMappedFileThatIsClosed(@TempDir Path folder) {
        byte[] stored = new byte[4 * 150_001];
        new Random(5).nextBytes(stored);
        long[] shape = {150_001};
        Path path = folder.resolve("large.gguf");
        new GgufWriter().tensor("w", GgmlType.F32, shape, stored).write(path);
        ByteBuffer view;
        try (GgufFile file = GgufFile.open(path)) {
            view = file.view(file.tensor("w").orElseThrow());
        }
        try (TensorStore store = TensorStore.ofCapacity(1)) {
            Tensor weight = store.create("w", GgmlType.F32, shape);
            store.allocate(backend);
            weight.set(view);
            assertThat(weight.toBytes()).isEqualTo(stored);
            assertThat(view).isEqualTo(ByteBuffer.wrap(stored));
            assertThatIllegalArgumentException().isThrownBy(() -> weight.set(view.slice(0, 8)));
        }
    }

    @Test
    void looksRowsUpAndChecksTheirNumbers() {
        try (Graph graph = Graph.create(backend, 8)) {
            Tensor table = graph.input("table", GgmlType.F32, 2, 3);
            Tensor rows = graph.input("rows", GgmlType.I32, 2);
            Tensor y = graph.getRows(table, rows);
            graph.output(y);
            graph.build();
            table.set(new float[] {1, 2, 3, 4, 5, 6});
            assertThatIllegalStateException().isThrownBy(graph::compute).withMessageContaining("rows");
            assertThatIllegalArgumentException().isThrownBy(() -> rows.set(new int[] {0, 3}));
            assertThatIllegalArgumentException().isThrownBy(() -> rows.set(new int[] {-1, 0}));
            assertThatIllegalArgumentException().isThrownBy(() -> rows.set(new byte[8]));
            rows.set(new int[] {2, 0});
            graph.compute();
            assertThat(y.toFloats()).containsExactly(5, 6, 1, 2);
        }
    }

    @Test
    void shapesThatWouldEndTheProcessAreRefused() {
        try (Graph graph = Graph.create(backend, 8);
                Graph other = Graph.create(backend, 8);
                TensorStore store = TensorStore.ofCapacity(1)) {
            Tensor a = graph.input("a", GgmlType.F32, 3, 2);
            Tensor b = graph.input("b", GgmlType.F32, 2, 2);
            Tensor half = graph.input("half", GgmlType.F16, 3, 2);
            Tensor foreign = other.input("foreign", GgmlType.F32, 3, 2);
            Tensor loose = store.create("loose", GgmlType.F32, 3, 2);
            assertThatIllegalArgumentException().isThrownBy(() -> graph.mulMat(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.mulMat(a, half));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.add(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.add(a, half));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.add(a, foreign));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.add(a, loose));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.silu(half));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.reshape(a, 5));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.concat(a, b, 1));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.concat(a, b, 4));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.view(a, 0, 2, 4));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.permute(a, 0, 0, 2, 3));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.cpy(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.getRows(a, b));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.norm(a, Float.NaN));
            assertThatIllegalArgumentException().isThrownBy(() -> graph.input("empty", GgmlType.F32, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> Graph.create(backend, 0));
            assertThatIllegalArgumentException().isThrownBy(() -> Backend.cpu(0));
            Tensor transposed = graph.permute(a, 1, 0, 2, 3);
            assertThatIllegalArgumentException().isThrownBy(() -> graph.silu(transposed));
        }
    }

    @Test
    void orderOfCallsIsKept() {
        Graph graph = Graph.create(backend, 3);
        Tensor a = graph.input("a", GgmlType.F32, 2);
        assertThatIllegalStateException().isThrownBy(graph::build).withMessageContaining("output");
        assertThatIllegalStateException().isThrownBy(graph::compute);
        Tensor b = graph.scale(a, 2);
        graph.output(b);
        graph.scale(a, 3);
        assertThatIllegalStateException().isThrownBy(() -> graph.scale(a, 4)).withMessageContaining("full");
        graph.build();
        assertThatIllegalStateException().isThrownBy(() -> graph.output(b));
        assertThatIllegalArgumentException().isThrownBy(() -> a.set(new float[3]));
        a.set(new float[] {1, 2});
        graph.close();
        graph.close();
        assertThatIllegalStateException().isThrownBy(graph::compute);
        assertThatIllegalStateException().isThrownBy(b::toFloats);
        assertThatIllegalStateException().isThrownBy(() -> a.set(new float[2]));
    }

    @Test
    void aGraphKeepsWhatItUsesAlive() {
        Backend own = Backend.best(1);
        TensorStore store = TensorStore.ofCapacity(1);
        Tensor weight = store.create("w", GgmlType.F32, 2);
        store.allocate(own);
        weight.set(new float[] {3, 4});
        try (Graph graph = Graph.create(own, 4)) {
            Tensor x = graph.input("x", GgmlType.F32, 2);
            Tensor y = graph.mul(x, weight);
            graph.output(y);
            graph.build();
            own.close();
            store.close();
            assertThatIllegalStateException().isThrownBy(() -> weight.set(new float[2]));
            assertThatIllegalStateException().isThrownBy(own::name);
            x.set(new float[] {1, 10});
            graph.compute();
            graph.compute();
            assertThat(y.toFloats()).containsExactly(3, 40);
        }
    }

    @Test
    void graphsTakeTurnsInOneMemory() {
        try (GraphMemory memory = GraphMemory.create(backend, 8)) {
            for (int size = 1; size <= 1000; size *= 10) {
                try (Graph graph = Graph.create(memory, 8)) {
                    Tensor x = graph.input("x", GgmlType.F32, size);
                    Tensor y = graph.scale(x, 2);
                    graph.output(y);
                    graph.build();
                    float[] ones = new float[size];
                    Arrays.fill(ones, 1);
                    x.set(ones);
                    graph.compute();
                    assertThat(y.toFloats()).hasSize(size).containsOnly(2);
                }
            }
            assertThat(memory.bytes()).isGreaterThanOrEqualTo(2 * 4000);
        }
    }

    @Test
    void aGraphTakesThePlaceOfTheOneBefore() {
        GraphMemory memory = GraphMemory.create(backend, 8);
        try (Graph first = Graph.create(memory, 8);
                Graph second = Graph.create(memory, 8)) {
            first.output(first.scale(first.input("x", GgmlType.F32, 2), 2));
            first.build();
            second.output(second.scale(second.input("x", GgmlType.F32, 2), 2));
            second.build();
            assertThatIllegalStateException().isThrownBy(first::compute).withMessageContaining("another graph");
            memory.close();
            second.compute();
        }
        assertThatIllegalStateException().isThrownBy(() -> Graph.create(memory, 8));
        try (GraphMemory small = GraphMemory.create(backend, 4);
                Graph large = Graph.create(small, 8)) {
            large.output(large.scale(large.input("x", GgmlType.F32, 2), 2));
            assertThatIllegalArgumentException().isThrownBy(large::build).withMessageContaining("4 tensors");
        }
    }

    @Test
    void listsTheCpu() {
        assertThat(Device.list()).anySatisfy(device -> {
            assertThat(device.type()).isEqualTo(Device.Type.CPU);
            assertThat(device.description()).isNotBlank();
        });
        assertThat(backend.name()).isEqualTo("CPU");
    }
}
