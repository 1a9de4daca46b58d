package dev.icmlora.peft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.generator.adapter.AdapterFormat.BaseModel;
import dev.icmlora.generator.adapter.InvalidAdapterException;

/// As `convert_hf_to_gguf.py` of llama.cpp orders the rows of a model's matrices.
class PeftModelTest {

    @ParameterizedTest
    @ValueSource(strings = {"llama", "smollm3", "granite"})
    void ofLlamaAndItsLikeTheHalvesOfEachHeadAreInterleaved(String architecture) {
        var llama = PeftModel.of(new BaseModel("test", architecture, false, 2, 1));

        assertThat(llama.rowOrder("attn_q", 8)).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
        assertThat(llama.rowOrder("attn_k", 4)).containsExactly(0, 2, 1, 3);
        assertThat(llama.rowOrder("attn_v", 4)).containsExactly(0, 1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "gemma3"})
    void ofOthersTheRowsStandAsTheyWere(String architecture) {
        var other = PeftModel.of(new BaseModel("test", architecture, true, 2, 1));

        assertThat(other.rowOrder("attn_q", 8)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(other.rowOrder("attn_k", 4)).containsExactly(0, 1, 2, 3);
    }

    @Test
    void whereTheRowsAreIsNotGuessed() {
        assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> PeftModel.of(new BaseModel("test", "olmo", false, 2, 1)))
                .withMessageContaining("architecture olmo")
                .satisfies(e -> assertThat(e.value()).isEqualTo("olmo"));
    }
}
