package dev.icmlora.llama;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Random;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;

/// LoRA adapters of rank 16 on modules of the base model's 30 layers, as the generator makes them.
final class Adapters {
    static final int RANK = 16;
    /// What the default generator adapts.
    static final List<String> ATTENTION = List.of("attn_q", "attn_v");

    private Adapters() {}

    static List<NamedTensor> zero() {
        return tensors(ATTENTION, null);
    }

    static List<NamedTensor> random(long seed) {
        return random(seed, ATTENTION);
    }

    static List<NamedTensor> random(long seed, List<String> modules) {
        return tensors(modules, new Random(seed));
    }

    private static List<NamedTensor> tensors(List<String> modules, Random random) {
        List<NamedTensor> tensors = new ArrayList<>();
        for (int layer = 0; layer < 30; layer++) {
            for (String module : modules) {
                String name = "blk." + layer + "." + module + ".weight.lora_";
                tensors.add(tensor(name + "a", module.equals("ffn_down") ? 1536 : 576, RANK, random));
                tensors.add(tensor(name + "b", RANK, module.equals("attn_v") ? 192 : 576, random));
            }
        }
        return tensors;
    }

    private static NamedTensor tensor(String name, int columns, int rows, Random random) {
        float[] values = new float[columns * rows];
        for (int i = 0; random != null && i < values.length; i++) {
            values[i] = 0.02f * (float) random.nextGaussian();
        }
        return new NamedTensor(name, GgmlType.F16, new long[] {columns, rows}, Halves.toF16(values));
    }

    static byte[] gguf(Collection<NamedTensor> tensors) {
        GgufWriter writer = new GgufWriter()
                .string("general.type", "adapter")
                .string("general.architecture", "llama")
                .string("adapter.type", "lora")
                .float32("adapter.lora.alpha", 32);
        tensors.forEach(t -> writer.tensor(t.name(), t.type(), t.shape(), t.data()));
        return writer.toBytes();
    }
}
