package dev.icmlora.generator.network;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.IntStream;

import dev.icmlora.generator.network.GeneratorArchitecture.TensorSpec;
import dev.icmlora.generator.vector.TaskVector.Standardization;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufFile;
import dev.icmlora.ggml.GgufFormatException;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.ggml.TensorInfo;

/// A generator on disk: GGUF with `general.architecture = icm-lora`, holding statistics, prior, decoder, A and B0.
///
/// The same content always gives the same bytes. In an instance every tensor has the type and shape that
/// {@link GeneratorArchitecture#tensors()} asks for and that every number is finite.
public final class GeneratorFile {
    /// One latent for each task of the catalogue; a file may do without.
    private static final String SEEN_LATENTS = "seen.latents";

    private final GeneratorManifest manifest;
    private final Map<String, ByteBuffer> weights;

    private GeneratorFile(GeneratorManifest manifest, Map<String, ByteBuffer> weights) {
        this.manifest = manifest;
        this.weights = weights;
        tensors(manifest, weights.containsKey(SEEN_LATENTS))
                .forEach((name, spec) -> check(name, spec, weights.get(name)));
    }

    /// A generator from trained weights.
    ///
    /// @param weights values by tensor name, in ggml's order (`ne[0]` runs fastest)
    /// @throws InvalidGeneratorException when a tensor is missing, unknown, of the wrong length or not finite
    public static GeneratorFile of(GeneratorManifest manifest, Map<String, float[]> weights) {
        Map<String, TensorSpec> expected = manifest.architecture().tensors();
        for (String name : weights.keySet()) {
            if (!expected.containsKey(name)) {
                throw new InvalidGeneratorException("unknown tensor " + name);
            }
        }
        Map<String, ByteBuffer> encoded = new HashMap<>();
        weights.forEach(
                (name, values) -> encoded.put(name, encode(expected.get(name).type(), values)));
        return new GeneratorFile(manifest, encoded);
    }

    /// Reads and checks a generator.
    ///
    /// @throws java.io.UncheckedIOException when the file cannot be read
    /// @throws InvalidGeneratorException when it is not a usable generator
    public static GeneratorFile read(Path path) {
        try (GgufFile file = GgufFile.open(path)) {
            return read(file);
        } catch (GgufFormatException | IllegalArgumentException e) {
            throw new InvalidGeneratorException(e.getMessage(), e);
        }
    }

    /// Whether a file is a generator for a base model; what else may be wrong with it is found when it is read.
    ///
    /// @throws java.io.UncheckedIOException when the file cannot be read
    public static boolean isFor(Path path, BaseModelId base) {
        try (GgufFile file = GgufFile.open(path)) {
            return GeneratorManifest.readFrom(file).base().fingerprint().equals(base.fingerprint());
        } catch (GgufFormatException | IllegalArgumentException e) {
            return false;
        }
    }

    private static GeneratorFile read(GgufFile file) {
        GeneratorManifest manifest = GeneratorManifest.readFrom(file);
        Map<String, ByteBuffer> weights = new LinkedHashMap<>();
        tensors(manifest, file.tensor(SEEN_LATENTS).isPresent()).forEach((name, spec) -> {
            TensorInfo info = file.tensor(name)
                    .orElseThrow(() -> new InvalidGeneratorException("the file has no tensor " + name));
            if (info.type() != spec.type() || !Arrays.equals(info.shape(), spec.ne())) {
                throw new InvalidGeneratorException("tensor " + name + " is " + info.type() + " "
                        + Arrays.toString(info.shape()) + ", expected " + spec.type() + " "
                        + Arrays.toString(spec.ne()));
            }
            weights.put(name, file.view(info));
        });
        return new GeneratorFile(manifest, weights);
    }

    /// Writes the file; a reader sees the old file or all of the new one.
    public void write(Path path) {
        GgufWriter file = new GgufWriter();
        manifest.writeTo(file);
        tensors(manifest, weights.containsKey(SEEN_LATENTS))
                .forEach((name, spec) -> file.tensor(name, spec.type(), spec.ne(), bytes(weights.get(name))));
        file.write(path);
    }

    public GeneratorManifest manifest() {
        return manifest;
    }

    /// This generator with the numbers of a calibration.
    public GeneratorFile withCalibration(List<Float> numbers) {
        return new GeneratorFile(manifest.withCalibration(numbers), weights);
    }

    /// This generator with the latents of the tasks that it was trained on.
    ///
    /// @param latents one for each task of the catalogue, in its order
    /// @throws InvalidGeneratorException when there are more or fewer, or one is of the wrong length or not finite
    public GeneratorFile withSeenLatents(List<float[]> latents) {
        int length = manifest.architecture().latent();
        ByteBuffer bytes = ByteBuffer.allocate(latents.size() * length * Float.BYTES);
        for (float[] latent : latents) {
            if (latent.length != length) {
                throw new InvalidGeneratorException("a latent has " + latent.length + " values, expected " + length);
            }
            bytes.put(encode(GgmlType.F32, latent));
        }
        Map<String, ByteBuffer> more = new HashMap<>(weights);
        more.put(SEEN_LATENTS, bytes.flip());
        return new GeneratorFile(manifest, more);
    }

    /// Latents of the tasks that the generator was trained on, in the order of the catalogue; none if the file does
    /// without.
    public List<float[]> seenLatents() {
        ByteBuffer data = weights.get(SEEN_LATENTS);
        if (data == null) {
            return List.of();
        }
        float[] values = decode(GgmlType.F32, data);
        int latent = manifest.architecture().latent();
        return IntStream.range(0, manifest.catalogue().size())
                .mapToObj(i -> Arrays.copyOfRange(values, i * latent, (i + 1) * latent))
                .toList();
    }

    private static SequencedMap<String, TensorSpec> tensors(GeneratorManifest manifest, boolean withSeenLatents) {
        SequencedMap<String, TensorSpec> tensors = manifest.architecture().tensors();
        if (withSeenLatents) {
            int tasks = manifest.catalogue().size();
            tensors.put(
                    SEEN_LATENTS,
                    new TensorSpec(GgmlType.F32, manifest.architecture().latent(), tasks));
        }
        return tensors;
    }

    /// The statistics with which task vectors are standardised.
    public Standardization statistics() {
        return new Standardization(floats("vector.mean"), floats("vector.deviation"));
    }

    /// A tensor's data as it is in the file, which is mapped: nothing is copied. Its position stays where it is.
    ByteBuffer data(String tensor) {
        return weights.get(tensor);
    }

    byte[] bytes(String tensor) {
        return bytes(weights.get(tensor));
    }

    private static byte[] bytes(ByteBuffer data) {
        byte[] bytes = new byte[data.remaining()];
        data.get(data.position(), bytes);
        return bytes;
    }

    /// A tensor's values, in ggml's order.
    public float[] floats(String tensor) {
        ByteBuffer data = weights.get(tensor);
        if (data == null) {
            throw new IllegalArgumentException("no tensor " + tensor);
        }
        GgmlType type = manifest.architecture().tensors().get(tensor).type();
        return decode(type, data);
    }

    private static void check(String name, TensorSpec spec, ByteBuffer data) {
        if (data == null) {
            throw new InvalidGeneratorException("tensor " + name + " is missing");
        }
        long expected = spec.type().bytes(spec.elements());
        if (data.remaining() != expected) {
            throw new InvalidGeneratorException(
                    "tensor " + name + " has " + data.remaining() + " bytes, expected " + expected);
        }
        // Nearly all of a file is F16, of which each start looks at millions of numbers.
        if (spec.type() == GgmlType.F16 && Halves.areFinite(data)) {
            return;
        }
        for (float value : decode(spec.type(), data)) {
            if (!Float.isFinite(value)) {
                throw new InvalidGeneratorException("tensor " + name + " holds " + value);
            }
        }
    }

    private static ByteBuffer encode(GgmlType type, float[] values) {
        if (type == GgmlType.F16) {
            return ByteBuffer.wrap(Halves.toF16(values));
        }
        ByteBuffer bytes = ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    private static float[] decode(GgmlType type, ByteBuffer data) {
        if (type == GgmlType.F16) {
            return Halves.fromF16(bytes(data));
        }
        float[] values = new float[data.remaining() / Float.BYTES];
        data.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }
}
