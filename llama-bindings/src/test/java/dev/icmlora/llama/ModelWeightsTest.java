package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import dev.icmlora.TestInstallation;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.Tensor;

class ModelWeightsTest {
    @Test
    void everyTensorOfTheFileIsFoundWhereLlamaKeepsIt() {
        ModelWeights weights = ModelWeights.of(SharedModel.get());
        try (GgufFile file = GgufFile.open(TestInstallation.model())) {
            file.tensors()
                    .forEach(info -> assertThat(weights.tensor(info.name())).hasValueSatisfying(tensor -> {
                        assertThat(tensor.type()).isEqualTo(info.type());
                        assertThat(tensor.shape()).isEqualTo(info.shape());
                    }));
            String name = "blk.7.attn_v.weight";
            assertThat(weights.tensor(name).orElseThrow().toBytes())
                    .isEqualTo(file.bytes(file.tensor(name).orElseThrow()));
        }
    }

    @Test
    void theOutputMatrixIsTheEmbeddings() {
        Tensor output = ModelWeights.of(SharedModel.get()).output();
        assertThat(output.type()).isEqualTo(GgmlType.Q8_0);
        assertThat(output.shape()).containsExactly(576, 49152);
        assertThat(ModelWeights.of(SharedModel.get()).tensor("blk.30.attn_q.weight"))
                .isEmpty();
    }
}
