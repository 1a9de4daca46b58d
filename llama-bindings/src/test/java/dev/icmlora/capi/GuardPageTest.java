package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static org.assertj.core.api.Assertions.assertThat;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import dev.icmlora.TestInstallation;
import dev.icmlora.capi.LlamaContextH.LlamaBatch;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.Graph;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.ggml.TensorStore;
import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.Sampler.SamplingOptions;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.llama.Vocabulary;

/// Every buffer handed to C ends at a guard page, here as in all tests of this module: an overrun by one byte
/// would end this process. Here are the calls whose lengths are ours to reckon, at lengths that leave no
/// slack.
class GuardPageTest {

    @BeforeAll
    static void guardEveryCall() {
        TestInstallation.loadLibraries();
    }

    @Test
    void textAndTokens() {
        try (LlamaModel model = LlamaModel.load(TestInstallation.model())) {
            Vocabulary vocabulary = model.vocabulary();
            for (String text : List.of("", "a", "☃".repeat(3000), "<|im_start|>".repeat(100), "word ".repeat(1000))) {
                assertThat(vocabulary.detokenize(vocabulary.tokenize(text, false)))
                        .isEqualTo(text);
            }
            for (int token = 0; token < vocabulary.size(); token += 97) {
                assertThat(vocabulary.piece(token)).isNotNull();
            }
            assertThat(model.description()).isNotBlank();
            assertThat(model.metadata("tokenizer.chat_template")).isPresent();
            assertThat(model.applyChatTemplate(List.of(new ChatMessage("user", "hello")), true))
                    .endsWith("assistant\n");
        }
    }

    @Test
    void tensorData() {
        try (Backend backend = Backend.cpu(1);
                TensorStore store = TensorStore.ofCapacity(3);
                Graph graph = Graph.create(backend, 4)) {
            Tensor odd = store.create("odd", GgmlType.F32, 1023);
            Tensor half = store.create("half", GgmlType.F16, 17, 3);
            Tensor quantised = store.create("q", GgmlType.Q4_1, 32, 5);
            store.allocate(backend);
            odd.set(new float[1023]);
            half.set(new float[51]);
            quantised.set(new byte[100]);
            assertThat(odd.toFloats()).hasSize(1023);
            assertThat(half.toBytes()).hasSize(102);
            assertThat(quantised.toFloats()).hasSize(160);
            graph.output(graph.scale(odd, 2));
            graph.build();
            graph.compute();
        }
        try (GgufFile file = GgufFile.open(TestInstallation.model())) {
            assertThat(file.floats(file.tensor("blk.0.attn_v.weight").orElseThrow()))
                    .hasSize(576 * 192);
        }
    }

    @Test
    void contextAndSampler() {
        try (LlamaModel model = LlamaModel.load(TestInstallation.model());
                LlamaContext context = LlamaContext.create(model, ContextOptions.of(256, 8));
                Sampler sampler =
                        Sampler.create(SamplingOptions.GREEDY.withGrammar("root ::= \"a\""), model.vocabulary());
                TokenBatch batch = TokenBatch.allocate(1, 1)) {
            batch.add(1, 0, 0, true);
            context.decode(batch);
            assertThat(context.logits(0)).hasSize(49_152);
            assertThat(model.vocabulary().detokenize(sampler.sample(context, 0)))
                    .isEqualTo("a");
        }
    }

    /// The arrays of a batch are allocated by the library; here they are ours and exactly as long as the
    /// batch.
    @Test
    void batchArrays() {
        int tokens = 5;
        try (Arena arena = CallArena.open()) {
            MemorySegment struct = arena.allocate(LlamaBatch.LAYOUT);
            MemorySegment sequences = arena.allocate(ADDRESS, tokens);
            for (int i = 0; i < tokens; i++) {
                sequences.setAtIndex(ADDRESS, i, arena.allocate(JAVA_INT));
            }
            struct.set(ADDRESS, CStruct.offset(LlamaBatch.LAYOUT, "token"), arena.allocate(JAVA_INT, tokens));
            struct.set(ADDRESS, CStruct.offset(LlamaBatch.LAYOUT, "pos"), arena.allocate(JAVA_INT, tokens));
            struct.set(ADDRESS, CStruct.offset(LlamaBatch.LAYOUT, "n_seq_id"), arena.allocate(JAVA_INT, tokens));
            struct.set(ADDRESS, CStruct.offset(LlamaBatch.LAYOUT, "seq_id"), sequences);
            struct.set(ADDRESS, CStruct.offset(LlamaBatch.LAYOUT, "logits"), arena.allocate(JAVA_BYTE, tokens));
            LlamaBatch batch = new LlamaBatch(struct, tokens);
            for (int i = 0; i < tokens; i++) {
                batch.set(i, i + 1, i, new int[] {0}, i == tokens - 1);
            }
            batch.size(tokens);
            MemorySegment loaded = LlamaH.llama_model_load_from_file(
                    arena.allocateFrom(TestInstallation.model().toString()), LlamaH.llama_model_default_params(arena));
            LlamaContextParams params = new LlamaContextParams(LlamaContextH.llama_context_default_params(arena));
            params.tokens(256, 8);
            params.threads(1);
            MemorySegment context = LlamaContextH.llama_init_from_model(loaded, params.struct());
            assertThat(LlamaContextH.llama_decode(context, struct)).isZero();
            LlamaContextH.llama_free(context);
            LlamaH.llama_model_free(loaded);
        }
    }
}
