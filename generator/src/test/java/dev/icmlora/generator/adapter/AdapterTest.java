package dev.icmlora.generator.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import org.junit.jupiter.api.Test;

import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

class AdapterTest {
    private static final Target Q = new Target("attn_q", 4, 6);
    private static final Target V = new Target("attn_v", 4, 2);
    private static final AdapterLayout LAYOUT = new AdapterLayout("llama", 2, 2, 4, List.of(Q, V));

    @Test
    void theFileIsALoraThatLlamaCppReads() {
        byte[] bytes = adapter(1).gguf();

        try (GgufFile file = GgufFile.parse(bytes)) {
            assertThat(file.string("general.type")).contains("adapter");
            assertThat(file.string("general.architecture")).contains("llama");
            assertThat(file.string("adapter.type")).contains("lora");
            assertThat(file.real("adapter.lora.alpha")).hasValue(4);
            assertThat(file.tensors()).hasSize(8);
            var b = file.tensor("blk.1.attn_v.weight.lora_b").orElseThrow();
            assertThat(b.shape()).containsExactly(2, 2);
            assertThat(file.floats(b)).containsOnly(1);
        }
    }

    @Test
    void theIdIsThatOfTheContent() {
        assertThat(adapter(1).id())
                .matches("sha256:[0-9a-f]{64}")
                .isEqualTo(adapter(1).id());
        assertThat(adapter(2).id()).isNotEqualTo(adapter(1).id());
    }

    @Test
    void scalingScalesWhatWasGenerated() {
        Adapter half = adapter(3).scaled(0.5f);

        assertThat(Halves.fromF16(half.generated().getFirst().data())).containsOnly(1.5f);
        assertThat(adapter(3).scaled(1).id()).isEqualTo(adapter(3).id());
        assertThat(half.bytes()).isEqualTo(adapter(3).bytes());
        assertThatThrownBy(() -> adapter(3).scaled(Float.NaN)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> adapter(3).scaled(1e6f))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("16-bit");
    }

    @Test
    void refusesAnIncompleteAdapter() {
        assertThatThrownBy(() -> new Adapter(LAYOUT, List.of(), List.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("4 matrix pairs");
    }

    private static Adapter adapter(float value) {
        List<NamedTensor> a = new ArrayList<>();
        List<NamedTensor> b = new ArrayList<>();
        for (int layer = 0; layer < LAYOUT.layers(); layer++) {
            for (Target target : LAYOUT.targets()) {
                a.add(matrix(AdapterLayout.nameOfA(layer, target), target.in(), LAYOUT.rank(), 1));
                b.add(matrix(AdapterLayout.nameOfB(layer, target), LAYOUT.rank(), target.out(), value));
            }
        }
        return new Adapter(LAYOUT, a, b);
    }

    private static NamedTensor matrix(String name, int in, int out, float value) {
        float[] values = new float[in * out];
        Arrays.fill(values, value);
        return new NamedTensor(name, GgmlType.F16, new long[] {in, out}, Halves.toF16(values));
    }
}
