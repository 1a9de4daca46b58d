package dev.icmlora.generator.adapter.peft;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// As `convert_hf_to_gguf.py` of llama.cpp orders the rows of a model's matrices.
class PeftModelTest {

    @Test
    void ofLlamaTheHalvesOfEachHeadAreInterleaved() {
        var llama = PeftModel.of("llama", "llama", 2, 1);

        assertThat(llama.rowOrder("attn_q", 8)).containsExactly(0, 2, 1, 3, 4, 6, 5, 7);
        assertThat(llama.rowOrder("attn_k", 4)).containsExactly(0, 2, 1, 3);
        assertThat(llama.rowOrder("attn_v", 4)).containsExactly(0, 1, 2, 3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"qwen2", "qwen3", "gemma3"})
    void ofOthersTheRowsStandAsTheyWere(String architecture) {
        var other = PeftModel.of(architecture, architecture, 2, 1);

        assertThat(other.rowOrder("attn_q", 8)).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(other.rowOrder("attn_k", 4)).containsExactly(0, 1, 2, 3);
    }
}
