package dev.icmlora.peft;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.generator.adapter.InvalidAdapterException;

/// Any bytes are matrices that lie in the file whole, or are refused with an [InvalidAdapterException].
class SafeTensorsFuzzTest {

    @FuzzTest
    void parse(byte[] bytes) {
        try {
            var tensors = SafeTensors.parse(bytes);
            for (var name : tensors.names()) {
                assertThat(tensors.values(name)).hasSize(tensors.rows(name) * tensors.columns(name));
            }
        } catch (InvalidAdapterException expected) {
            assertThat(expected.getMessage()).isNotBlank();
        }
    }
}
