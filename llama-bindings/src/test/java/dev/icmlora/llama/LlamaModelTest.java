package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import dev.icmlora.ChildProcess;
import dev.icmlora.TestInstallation;
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
        assertThat(model.trainedContext()).isEqualTo(8192);
        assertThat(model.description()).contains("Q8_0");
        assertThat(model.metadata("general.architecture")).contains("llama");
        assertThat(model.metadata("no.such.key")).isEmpty();
        assertThat(model.bytes()).isBetween(140_000_000L, 150_000_000L);
        assertThat(model.parameters()).isEqualTo(134_515_008L);
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
                .isThrownBy(() -> LlamaModel.load(directory.resolve("none.gguf"), ModelOptions.DEFAULT));
        Path broken = Files.writeString(directory.resolve("broken.gguf"), "GGUF but no more");
        assertThatExceptionOfType(NativeCallException.class)
                .isThrownBy(() -> LlamaModel.load(broken, ModelOptions.DEFAULT))
                .withMessageContaining("llama_model_load_from_file failed")
                .withMessageContaining("broken.gguf")
                .satisfies(e -> assertThat(e.getMessage()).contains("gguf"));
    }

    /// Loads a model and a context, as an application would that configures no logging.
    public static void main(String[] arguments) {
        TestInstallation.loadLibraries();
        try (LlamaModel model = LlamaModel.load(TestInstallation.model(), ModelOptions.DEFAULT);
                LlamaContext context = LlamaContext.create(model, SharedModel.options(1))) {
            System.out.println(context.contextTokens());
        }
    }

    @Test
    void saysNothingOfItsOwnWhenAllIsWell() throws Exception {
        assertThat(ChildProcess.run(LlamaModelTest.class).output()).isEqualToIgnoringNewLines("512");
    }

    @Test
    void aClosedModelRefusesCallsButOutlivesItsContexts() {
        LlamaModel own = LlamaModel.load(TestInstallation.model(), ModelOptions.DEFAULT);
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
