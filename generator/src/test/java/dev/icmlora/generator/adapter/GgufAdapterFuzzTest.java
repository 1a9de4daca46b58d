package dev.icmlora.generator.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.generator.BaseModelFixture;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

/// Any bytes are an adapter that fits the resident one, with finite numbers in the resident one's shapes, or
/// are refused with an [InvalidAdapterException]. What fits is read back from its own file as it was.
class GgufAdapterFuzzTest {
    static {
        BaseModelFixture.loadNativeLibraries(); // ggml reads BF16
    }

    private static final Target QUERY = new Target("attn_q", 4, 2);
    private static final int RANK = 2;
    private static final AdapterLayout LAYOUT = new AdapterLayout("llama", 2, RANK, 4, List.of(QUERY));
    private static final ResidentShape SHAPE = new ResidentShape(
            LAYOUT,
            Stream.of(0, 1)
                    .map(layer -> new NamedTensor(
                            AdapterLayout.nameOfA(layer, QUERY),
                            GgmlType.F16,
                            new long[] {4, RANK},
                            Halves.toF16(new float[] {1, 2, 3, 4, 5, 6, 7, 8})))
                    .toList());

    @FuzzTest
    void read(byte[] bytes) {
        Adapter adapter;
        try {
            adapter = SHAPE.fit(GgufAdapter.read(bytes, "llama"));
        } catch (InvalidAdapterException expected) {
            assertThat(expected.getMessage()).isNotBlank();
            return;
        }
        Stream.concat(adapter.fixed().stream(), adapter.generated().stream()).forEach(matrix -> {
            for (float value : Halves.fromF16(matrix.data())) {
                assertThat(Float.isFinite(value)).isTrue();
            }
        });
        assertThat(SHAPE.fit(GgufAdapter.read(adapter.gguf(), "llama")).id()).isEqualTo(adapter.id());
    }
}
