package dev.icmlora.trainer.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.SplittableRandom;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;

/// A llama of two layers with random weights, for the tokens of the real vocabulary, as a GGUF file. llama.cpp loads it
/// too, but for texts.
public final class TinyModel {
    public static final int LAYERS = 2;
    public static final int HIDDEN = 16;
    public static final int HEADS = 4;
    public static final int KV_HEADS = 2;

    private static final int HEAD_SIZE = HIDDEN / HEADS;
    public static final int FEED_FORWARD = 24;

    private final SplittableRandom random = new SplittableRandom(3);
    private final GgufWriter file = new GgufWriter();

    private TinyModel() {}

    public static void write(Path path, int vocabulary) {
        new TinyModel().model(vocabulary).write(path);
    }

    private GgufWriter model(int vocabulary) {
        file.string("general.architecture", "llama")
                .uint32("llama.block_count", LAYERS)
                .uint32("llama.embedding_length", HIDDEN)
                .uint32("llama.attention.head_count", HEADS)
                .uint32("llama.attention.head_count_kv", KV_HEADS)
                .uint32("llama.feed_forward_length", FEED_FORWARD)
                .uint32("llama.context_length", 512)
                .uint32("llama.vocab_size", vocabulary)
                .float32("llama.attention.layer_norm_rms_epsilon", 1e-5f)
                .string("tokenizer.ggml.model", "none");
        for (int layer = 0; layer < LAYERS; layer++) {
            String prefix = "blk." + layer + ".";
            vector(prefix + "attn_norm");
            matrix(prefix + "attn_q", HIDDEN, HEADS * HEAD_SIZE);
            matrix(prefix + "attn_k", HIDDEN, KV_HEADS * HEAD_SIZE);
            matrix(prefix + "attn_v", HIDDEN, KV_HEADS * HEAD_SIZE);
            matrix(prefix + "attn_output", HEADS * HEAD_SIZE, HIDDEN);
            vector(prefix + "ffn_norm");
            matrix(prefix + "ffn_gate", HIDDEN, FEED_FORWARD);
            matrix(prefix + "ffn_up", HIDDEN, FEED_FORWARD);
            matrix(prefix + "ffn_down", FEED_FORWARD, HIDDEN);
        }
        vector("output_norm");
        matrix("token_embd", HIDDEN, vocabulary);
        return file;
    }

    private void vector(String name) {
        tensor(name, HIDDEN);
    }

    private void matrix(String name, int in, int out) {
        tensor(name, in, out);
    }

    private void tensor(String name, long... ne) {
        int elements = 1;
        for (long n : ne) {
            elements *= (int) n;
        }
        ByteBuffer bytes = ByteBuffer.allocate(elements * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < elements; i++) {
            bytes.putFloat((float) (random.nextGaussian() / Math.sqrt(ne[0]) * (ne.length == 1 ? 4 : 1)));
        }
        file.tensor(name + ".weight", GgmlType.F32, ne, bytes.array());
    }
}
