package dev.icmlora.peft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Map;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.generator.adapter.InvalidAdapterException;

/// Any bytes are a zip of a LoRA, or are refused with an [InvalidAdapterException]; so is any configuration
/// beside any weights in a zip that is sound.
class PeftFuzzTest {

    private static final int LARGEST = 1 << 16;
    private static final PeftReader READER = new PeftReader(new PeftModel("test", 1, 1), LARGEST);

    /// Bytes that begin with a brace are a configuration up to the first zero, and weights behind it.
    @FuzzTest
    void read(byte[] bytes) {
        var zip = bytes.length > 0 && bytes[0] == '{' ? zip(bytes) : bytes;
        try {
            for (var update : READER.read(zip)) {
                assertThat(update.a()).hasSize(update.rank() * update.in());
                assertThat(update.b()).hasSize(update.rank() * update.out());
            }
        } catch (InvalidAdapterException expected) {
            assertThat(expected.getMessage()).isNotBlank();
        }
    }

    private static byte[] zip(byte[] bytes) {
        var end = 0;
        while (end < bytes.length && bytes[end] != 0) {
            end++;
        }
        return PeftFiles.zip(Map.of(
                PeftArchive.CONFIG,
                Arrays.copyOf(bytes, end),
                PeftArchive.WEIGHTS,
                Arrays.copyOfRange(bytes, Math.min(end + 1, bytes.length), bytes.length)));
    }
}
