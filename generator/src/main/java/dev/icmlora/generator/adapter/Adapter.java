package dev.icmlora.generator.adapter;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

import dev.icmlora.generator.Sha256;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

/// LoRA weights of one task, in the precision in which they are served (F16).
///
/// `A` is fixed per generator and shared by all of its adapters; `B` is what was generated. An adapter
/// that was made elsewhere has an A of its own. Instances are immutable: the arrays behind the tensors
/// must not be written to.
public final class Adapter {
    private final AdapterLayout layout;
    private final List<NamedTensor> fixed;
    private final List<NamedTensor> generated;
    private final boolean ownsA;
    /// Computed when first asked for: candidates that are never served need no id. A race computes it
    /// twice, equally.
    private String id;

    /// @param fixed the A matrices that a generator's adapters share, one for each layer and target in
    /// layout order
    /// @param generated the B matrices, in the same order
    public Adapter(AdapterLayout layout, List<NamedTensor> fixed, List<NamedTensor> generated) {
        this(layout, fixed, generated, false);
    }

    /// An adapter whose A matrices are no generator's.
    static Adapter withOwnA(AdapterLayout layout, List<NamedTensor> a, List<NamedTensor> b) {
        return new Adapter(layout, a, b, true);
    }

    /// An adapter with the same A matrices, which it shares with others if this one does, and other B matrices.
    public Adapter withGenerated(List<NamedTensor> b) {
        return new Adapter(layout, fixed, b, ownsA);
    }

    private Adapter(AdapterLayout layout, List<NamedTensor> fixed, List<NamedTensor> generated, boolean ownsA) {
        int expected = layout.layers() * layout.targets().size();
        if (fixed.size() != expected || generated.size() != expected) {
            throw new IllegalArgumentException("an adapter of this layout has " + expected + " matrix pairs, got "
                    + fixed.size() + " A and " + generated.size() + " B");
        }
        this.layout = layout;
        this.fixed = List.copyOf(fixed);
        this.generated = List.copyOf(generated);
        this.ownsA = ownsA;
    }

    /// `sha256:` and the hash of {@link #gguf()} in hexadecimal.
    public String id() {
        String known = id;
        if (known == null) {
            MessageDigest digest = Sha256.digest();
            try {
                writeTo(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            known = "sha256:" + HexFormat.of().formatHex(digest.digest());
            id = known;
        }
        return known;
    }

    /// The canonical file: the same adapter always gives the same bytes. llama.cpp loads it with `--lora`.
    public byte[] gguf() {
        return file().toBytes();
    }

    /// Bytes of the canonical file.
    public long fileBytes() {
        return file().bytes();
    }

    /// Writes the canonical file, from the tensors' own arrays.
    public void writeTo(OutputStream out) throws IOException {
        file().writeTo(out);
    }

    private GgufWriter file() {
        GgufWriter file = new GgufWriter()
                .string("general.type", "adapter")
                .string("general.architecture", layout.architecture())
                .string("adapter.type", "lora")
                .float32("adapter.lora.alpha", layout.alpha());
        for (int i = 0; i < fixed.size(); i++) {
            add(file, fixed.get(i));
            add(file, generated.get(i));
        }
        return file;
    }

    private static void add(GgufWriter file, NamedTensor tensor) {
        file.tensor(tensor.name(), tensor.type(), tensor.shape(), tensor.data());
    }

    public AdapterLayout layout() {
        return layout;
    }

    /// The A matrices. Two adapters that share theirs have equal lists.
    public List<NamedTensor> fixed() {
        return fixed;
    }

    /// The B matrices: all that has to be written to make a resident adapter with the same A this one.
    public List<NamedTensor> generated() {
        return generated;
    }

    /// Bytes of the weights that it shares with no other adapter.
    public long ownBytes() {
        return ownsA ? bytes() : bytes(generated);
    }

    /// Bytes of all weights, A and B.
    public long bytes() {
        return bytes(fixed) + bytes(generated);
    }

    private static long bytes(List<NamedTensor> tensors) {
        return tensors.stream().mapToLong(t -> t.data().length).sum();
    }

    /// The adapter whose effect on every weight is `factor` times this one's.
    ///
    /// @throws IllegalArgumentException when `factor` is not finite, or takes a weight out of F16's range
    public Adapter scaled(float factor) {
        if (!Float.isFinite(factor)) {
            throw new IllegalArgumentException("scale must be finite, is " + factor);
        }
        if (factor == 1) {
            return this;
        }
        return withGenerated(generated.stream().map(t -> scaled(t, factor)).toList());
    }

    private static NamedTensor scaled(NamedTensor tensor, float factor) {
        float[] values = Halves.fromF16(tensor.data());
        for (int i = 0; i < values.length; i++) {
            values[i] *= factor;
            if (Math.abs(values[i]) > Halves.LARGEST) {
                throw new IllegalArgumentException("scale " + factor + " takes a weight of " + tensor.name()
                        + " out of the range of 16-bit floats");
            }
        }
        return new NamedTensor(tensor.name(), GgmlType.F16, tensor.shape(), Halves.toF16(values));
    }
}
