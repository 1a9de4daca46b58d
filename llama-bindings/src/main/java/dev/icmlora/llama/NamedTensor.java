package dev.icmlora.llama;

import java.util.Objects;

import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.TensorInfo;

/// A tensor with its data, such as one LoRA factor. Two are equal only if they share the arrays.
///
/// @param name such as `blk.0.attn_q.weight.lora_b`
/// @param shape in ggml order: `{in, r}` for a lora_a, `{r, out}` for a lora_b
/// @param data as stored, little endian; neither array is copied, because half a million values pass through
/// here on every hot-apply
public record NamedTensor(String name, GgmlType type, long[] shape, byte[] data) {
    /// @throws IllegalArgumentException if the data does not fit type and shape
    public NamedTensor {
        Objects.requireNonNull(data, "data");
        TensorInfo info = new TensorInfo(name, type, shape);
        if (data.length != info.bytes()) {
            throw new IllegalArgumentException(info + " takes " + info.bytes() + " bytes, not " + data.length);
        }
    }
}
