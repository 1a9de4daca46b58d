import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;

/// Writes a sentence encoder of the BERT architecture, as ONNX has it, as a GGUF file for llama.cpp: matrices as Q8_0,
/// all else as floats.
///
/// `scripts/fetch-model` compiles and runs it, before anything is built. The same file gives the same bytes on every
/// machine, as [Requantise] does.
public final class BertToGguf {
    private static final int MOSTLY_Q8_0 = 7; // LLAMA_FTYPE_MOSTLY_Q8_0, llama.h
    private static final int LONGEST = 512;
    private static final int HEAD = 32; // numbers of a query in models of this width
    private static final float UNSCORED = -1000;

    // LLAMA_TOKEN_TYPE_*, llama.h
    private static final int NORMAL = 1;
    private static final int UNKNOWN = 2;
    private static final int CONTROL = 3;
    private static final List<String> SPECIAL = List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]");

    /// Parts of a layer: what ONNX calls them, and GGUF.
    private static final Map<String, String> PARTS = new TreeMap<>(Map.of(
            "attention.self.query", "attn_q",
            "attention.self.key", "attn_k",
            "attention.self.value", "attn_v",
            "attention.output.dense", "attn_output",
            "attention.output.LayerNorm", "attn_output_norm",
            "intermediate.dense", "ffn_up",
            "output.dense", "ffn_down",
            "output.LayerNorm", "layer_output_norm"));

    private record Floats(long[] shape, float[] values) {
        /// ONNX multiplies by a matrix of rows for inputs, ggml by one of rows for outputs.
        Floats transposed() {
            int rows = (int) shape[0];
            int columns = (int) shape[1];
            float[] turned = new float[values.length];
            for (int row = 0; row < rows; row++) {
                for (int column = 0; column < columns; column++) {
                    turned[column * rows + row] = values[row * columns + column];
                }
            }
            return new Floats(new long[] {columns, rows}, turned);
        }

        /// ggml names the contiguous extent first.
        long[] ggmlShape() {
            long[] turned = new long[shape.length];
            for (int i = 0; i < shape.length; i++) {
                turned[i] = shape[shape.length - 1 - i];
            }
            return turned;
        }
    }

    private final Map<String, Floats> tensors = new HashMap<>();
    private final GgufWriter file = new GgufWriter();

    /// @param arguments the ONNX file, its vocabulary with a token on each line, the pooling (1 the mean, 2 the first
    /// token's state), what goes before each text, the name, and the file to write
    public static void main(String... arguments) throws IOException {
        if (arguments.length != 6) {
            System.err.println("usage: BertToGguf MODEL.onnx VOCABULARY.txt POOLING PREFIX NAME NEW.gguf");
            System.exit(2);
        }
        BertToGguf converted = new BertToGguf();
        converted.read(Path.of(arguments[0]));
        converted.metadata(Integer.parseInt(arguments[2]), arguments[3], arguments[4]);
        converted.vocabulary(Files.readAllLines(Path.of(arguments[1])));
        converted.weights();
        converted.file.write(Path.of(arguments[5]));
    }

    // onnx.proto: ModelProto, GraphProto, NodeProto, TensorProto.

    private void read(Path onnx) throws IOException {
        try (FileChannel channel = FileChannel.open(onnx)) {
            ByteBuffer model = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size());
            Map<String, Floats> initializers = new HashMap<>();
            Map<String, String> matrices = new HashMap<>();
            fields(model, (field, graph) -> {
                if (field == 7) {
                    fields(graph, (part, bytes) -> {
                        switch (part) {
                            case 1 -> node(bytes, matrices);
                            case 5 -> tensor(bytes, initializers);
                            default -> {}
                        }
                    });
                }
            });
            initializers.forEach((name, floats) -> {
                String matrix = matrices.get(name);
                if (matrix == null) {
                    tensors.put(name, floats);
                } else {
                    tensors.put(matrix, floats.transposed());
                }
            });
        }
    }

    /// Matrices have no names of their own in ONNX, but those of the nodes that multiply by them.
    private static void node(ByteBuffer bytes, Map<String, String> matrices) {
        String[] texts = new String[5];
        String[] second = new String[1];
        int[] inputs = new int[1];
        fields(bytes, (field, value) -> {
            if (field == 1 && inputs[0]++ == 1) {
                second[0] = text(value);
            } else if (field == 3 || field == 4) {
                texts[field] = text(value);
            }
        });
        if ("MatMul".equals(texts[4]) && second[0] != null && texts[3].contains("encoder")) {
            String name = texts[3].substring(texts[3].indexOf("encoder")).replace('/', '.');
            matrices.put(second[0], name.replaceFirst("\\.MatMul$", ".weight"));
        }
    }

    private static void tensor(ByteBuffer bytes, Map<String, Floats> initializers) {
        long[][] shape = {new long[0]};
        String[] name = new String[1];
        float[][] values = new float[1][];
        int[] type = new int[1];
        fields(bytes, (field, value) -> {
            switch (field) {
                case 1 -> {
                    long[] longer = Arrays.copyOf(shape[0], shape[0].length + 1);
                    longer[shape[0].length] = varint(value);
                    shape[0] = longer;
                }
                case 2 -> type[0] = (int) varint(value);
                case 8 -> name[0] = text(value);
                case 9 -> {
                    float[] floats = new float[value.remaining() / Float.BYTES];
                    value.order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(floats);
                    values[0] = floats;
                }
                default -> {}
            }
        });
        if (type[0] == 1 && values[0] != null) { // TensorProto.DataType.FLOAT
            initializers.put(name[0], new Floats(shape[0], values[0]));
        }
    }

    /// Calls back for each field of a message of protocol buffers: with the bytes of its value, which for a number are
    /// its varint.
    private static void fields(ByteBuffer message, BiConsumer<Integer, ByteBuffer> each) {
        ByteBuffer in = message.duplicate();
        while (in.hasRemaining()) {
            long key = varint(in);
            int start = in.position();
            int length =
                    switch ((int) (key & 7)) {
                        case 0 -> {
                            varint(in);
                            yield in.position() - start;
                        }
                        case 1 -> Long.BYTES;
                        case 2 -> {
                            int bytes = Math.toIntExact(varint(in));
                            start = in.position();
                            yield bytes;
                        }
                        case 5 -> Integer.BYTES;
                        default -> throw new IllegalArgumentException("no wire type " + (key & 7));
                    };
            each.accept((int) (key >>> 3), in.slice(start, length));
            in.position(start + length);
        }
    }

    private static long varint(ByteBuffer in) {
        long value = 0;
        for (int shift = 0; ; shift += 7) {
            byte next = in.get();
            value |= (long) (next & 127) << shift;
            if (next >= 0) {
                return value;
            }
        }
    }

    private static String text(ByteBuffer bytes) {
        return StandardCharsets.UTF_8.decode(bytes).toString();
    }

    private Floats floats(String name) {
        Floats floats = tensors.get(name);
        if (floats == null) {
            throw new IllegalArgumentException("the ONNX file has no " + name);
        }
        return floats;
    }

    private int layers() {
        int layers = 0;
        while (tensors.containsKey("encoder.layer." + layers + ".output.dense.bias")) {
            layers++;
        }
        return layers;
    }

    private void metadata(int pooling, String prefix, String name) {
        int width = (int) floats("embeddings.word_embeddings.weight").shape[1];
        file.string("general.architecture", "bert")
                .string("general.name", name)
                .uint32("general.file_type", MOSTLY_Q8_0)
                .uint32("bert.context_length", LONGEST)
                .uint32("bert.embedding_length", width)
                .uint32("bert.feed_forward_length", (int) floats("encoder.layer.0.intermediate.dense.bias").shape[0])
                .uint32("bert.block_count", layers())
                .uint32("bert.attention.head_count", width / HEAD)
                .float32("bert.attention.layer_norm_epsilon", 1e-12f)
                .bool("bert.attention.causal", false)
                .uint32("bert.pooling_type", pooling)
                .string("icm-lora.encoder.prefix", prefix);
    }

    private void vocabulary(List<String> tokens) {
        int[] types = tokens.stream()
                .mapToInt(token -> token.equals("[UNK]") ? UNKNOWN : SPECIAL.contains(token) ? CONTROL : NORMAL)
                .toArray();
        float[] scores = new float[tokens.size()];
        Arrays.fill(scores, UNSCORED);
        file.string("tokenizer.ggml.model", "bert")
                .string("tokenizer.ggml.pre", "default")
                .strings("tokenizer.ggml.tokens", tokens.stream().map(BertToGguf::stored).toList())
                .floats("tokenizer.ggml.scores", scores)
                .ints("tokenizer.ggml.token_type", types)
                .uint32("tokenizer.ggml.token_type_count", 2)
                .uint32("tokenizer.ggml.bos_token_id", tokens.indexOf("[CLS]"))
                .uint32("tokenizer.ggml.eos_token_id", tokens.indexOf("[SEP]"))
                .uint32("tokenizer.ggml.unknown_token_id", tokens.indexOf("[UNK]"))
                .uint32("tokenizer.ggml.seperator_token_id", tokens.indexOf("[SEP]")) // GGUF spells it so
                .uint32("tokenizer.ggml.padding_token_id", tokens.indexOf("[PAD]"))
                .uint32("tokenizer.ggml.mask_token_id", tokens.indexOf("[MASK]"));
    }

    /// WordPiece marks what goes on a word, llama.cpp what begins one.
    private static String stored(String token) {
        if (SPECIAL.contains(token)) {
            return token;
        }
        return token.startsWith("##") ? token.substring(2) : "\u2581" + token;
    }

    private void weights() {
        matrix("token_embd.weight", floats("embeddings.word_embeddings.weight"));
        plain("position_embd.weight", floats("embeddings.position_embeddings.weight"));
        plain("token_types.weight", floats("embeddings.token_type_embeddings.weight"));
        plain("token_embd_norm.weight", floats("embeddings.LayerNorm.weight"));
        plain("token_embd_norm.bias", floats("embeddings.LayerNorm.bias"));
        for (int layer = 0; layer < layers(); layer++) {
            String from = "encoder.layer." + layer + ".";
            String to = "blk." + layer + ".";
            PARTS.forEach((onnx, gguf) -> {
                Floats weight = floats(from + onnx + ".weight");
                if (weight.shape.length == 2) {
                    matrix(to + gguf + ".weight", weight);
                } else {
                    plain(to + gguf + ".weight", weight);
                }
                plain(to + gguf + ".bias", floats(from + onnx + ".bias"));
            });
        }
    }

    private void matrix(String name, Floats floats) {
        file.tensor(name, GgmlType.Q8_0, floats.ggmlShape(), Requantise.q8(floats.values));
    }

    private void plain(String name, Floats floats) {
        ByteBuffer bytes = ByteBuffer.allocate(floats.values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(floats.values);
        file.tensor(name, GgmlType.F32, floats.ggmlShape(), bytes.array());
    }
}
