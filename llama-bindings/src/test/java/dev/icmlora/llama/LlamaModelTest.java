package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.ChildProcess;
import dev.icmlora.TestInstallation;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.NativeCallException;

class LlamaModelTest {
    private final LlamaModel model = SharedModel.get();

    @Test
    void describesTheBaseModel() {
        assertThat(model.architecture()).isEqualTo("llama");
        assertThat(model.layers()).isEqualTo(30);
        assertThat(model.hiddenSize()).isEqualTo(576);
        assertThat(model.heads()).isEqualTo(9);
        assertThat(model.kvHeads()).isEqualTo(3);
        assertThat(model.turnsHalves()).isFalse();
        assertThat(model.description()).contains("Q8_0");
        assertThat(model.metadata("general.architecture")).contains("llama");
        assertThat(model.metadata("no.such.key")).isEmpty();
    }

    @Test
    void formatsAChatAsTheTemplateSays() {
        assertThat(model.chatTemplate().orElseThrow()).contains("<|im_start|>");
        List<ChatMessage> chat = List.of(new ChatMessage("user", "Grüße ☃".repeat(100)));
        assertThat(model.applyChatTemplate(chat, true))
                .isEqualTo("<|im_start|>user\n" + "Grüße ☃".repeat(100) + "<|im_end|>\n<|im_start|>assistant\n");
        assertThat(model.applyChatTemplate(chat, false)).endsWith("<|im_end|>\n");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> model.applyChatTemplate(List.of(new ChatMessage("user", "a\0b")), true));
    }

    @Test
    void anAbsentOrBrokenFileIsRefusedWithItsReason(@TempDir Path directory) throws IOException {
        assertThatExceptionOfType(UncheckedIOException.class)
                .isThrownBy(() -> LlamaModel.load(directory.resolve("none.gguf")));
        Path broken = Files.writeString(directory.resolve("broken.gguf"), "GGUF but no more");
        assertThatExceptionOfType(NativeCallException.class)
                .isThrownBy(() -> LlamaModel.load(broken))
                .withMessageContaining("llama_model_load_from_file failed")
                .withMessageContaining("broken.gguf")
                .satisfies(e -> assertThat(e.getMessage()).contains("gguf"));
    }

    /// Loads a model and a context, as an application would that configures no logging.
    public static void main(String[] arguments) {
        TestInstallation.loadLibraries();
        try (LlamaModel model = LlamaModel.load(TestInstallation.model());
                LlamaContext context = LlamaContext.create(model, SharedModel.options(1))) {
            System.out.println(context.contextTokens());
        }
    }

    /// Of one layer, all zeros.
    private static Path mamba(Path directory) {
        int width = 32;
        int inner = 2 * width;
        int state = 8;
        int rank = 4;
        GgufWriter file = new GgufWriter()
                .string("general.architecture", "mamba")
                .string("tokenizer.ggml.model", "none")
                .uint32("mamba.vocab_size", 96)
                .uint32("mamba.context_length", 512)
                .uint32("mamba.embedding_length", width)
                .uint32("mamba.feed_forward_length", 0)
                .uint32("mamba.attention.head_count", 0)
                .uint32("mamba.block_count", 1)
                .uint32("mamba.ssm.conv_kernel", 4)
                .uint32("mamba.ssm.inner_size", inner)
                .uint32("mamba.ssm.state_size", state)
                .uint32("mamba.ssm.time_step_rank", rank)
                .float32("mamba.attention.layer_norm_rms_epsilon", 1e-5f);
        Map<String, long[]> tensors = new LinkedHashMap<>();
        tensors.put("token_embd.weight", new long[] {width, 96});
        tensors.put("output_norm.weight", new long[] {width});
        tensors.put("blk.0.attn_norm.weight", new long[] {width});
        tensors.put("blk.0.ssm_in.weight", new long[] {width, 2L * inner});
        tensors.put("blk.0.ssm_conv1d.weight", new long[] {4, inner});
        tensors.put("blk.0.ssm_conv1d.bias", new long[] {inner});
        tensors.put("blk.0.ssm_x.weight", new long[] {inner, rank + 2L * state});
        tensors.put("blk.0.ssm_dt.weight", new long[] {rank, inner});
        tensors.put("blk.0.ssm_dt.bias", new long[] {inner});
        tensors.put("blk.0.ssm_a", new long[] {state, inner});
        tensors.put("blk.0.ssm_d", new long[] {inner});
        tensors.put("blk.0.ssm_out.weight", new long[] {inner, width});
        tensors.forEach((name, shape) -> file.tensor(
                name,
                GgmlType.F32,
                shape,
                new byte[Float.BYTES * (int) Arrays.stream(shape).reduce(1, (a, b) -> a * b)]));
        Path path = directory.resolve("mamba.gguf");
        file.write(path);
        return path;
    }

    /// What one prompt shares with another could not be taken out of its state.
    @Test
    void aModelWithoutAttentionIsRefused(@TempDir Path directory) {
        Path mamba = mamba(directory);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> LlamaModel.load(mamba))
                .withMessageContaining("mamba.gguf has layers that keep one state of all that they have read");
    }

    @Test
    void saysNothingOfItsOwnWhenAllIsWell() throws Exception {
        assertThat(ChildProcess.run(LlamaModelTest.class).output()).isEqualToIgnoringNewLines("512");
    }

    @Test
    void aClosedModelRefusesCallsButOutlivesItsContexts() {
        LlamaModel own = LlamaModel.load(TestInstallation.model());
        Vocabulary vocabulary = own.vocabulary();
        int[] tokens = vocabulary.tokenize("The capital of France is", false);
        LlamaContext context = LlamaContext.create(own, SharedModel.options(1));
        own.close();
        own.close();
        assertThatIllegalStateException().isThrownBy(own::layers).withMessage("this model is closed");
        assertThatIllegalStateException().isThrownBy(() -> vocabulary.tokenize("a", false));
        assertThatIllegalStateException().isThrownBy(() -> LlamaContext.create(own, SharedModel.options(1)));
        try (context;
                TokenBatch batch = SharedModel.batch(tokens)) {
            context.decode(batch);
            int next = SharedModel.argmax(context.logits(tokens.length - 1));
            assertThat(model.vocabulary().detokenize(next)).isEqualTo(" Paris");
        }
    }
}
