package dev.icmlora.function;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import java.util.zip.ZipOutputStream;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.peft.PeftArchive;
import dev.icmlora.peft.PeftModel;

/// What a client brings who trained with PEFT.
public final class PeftFiles {

    private PeftFiles() {}

    /// A LoRA of one module of the first layer.
    ///
    /// @param a `[rank, in]`
    /// @param b `[out, rank]`
    public static byte[] zip(String module, int rank, float alpha, float[] a, float[] b) {
        var target = new Target(module, a.length / rank, b.length / rank);
        var adapter = new Adapter(
                new AdapterLayout("llama", 1, rank, alpha, List.of(target)),
                List.of(matrix(AdapterLayout.nameOfA(0, target), target.in(), rank, a)),
                List.of(matrix(AdapterLayout.nameOfB(0, target), rank, target.out(), b)));
        return zip(adapter);
    }

    /// A LoRA of a layout, with small weights.
    public static byte[] zip(AdapterLayout layout, long seed) {
        var random = new Random(seed);
        var a = new ArrayList<NamedTensor>();
        var b = new ArrayList<NamedTensor>();
        for (var layer = 0; layer < layout.layers(); layer++) {
            for (var target : layout.targets()) {
                var nameOfA = AdapterLayout.nameOfA(layer, target);
                var nameOfB = AdapterLayout.nameOfB(layer, target);
                a.add(matrix(nameOfA, target.in(), layout.rank(), small(random, target.in() * layout.rank())));
                b.add(matrix(nameOfB, layout.rank(), target.out(), small(random, target.out() * layout.rank())));
            }
        }
        return zip(new Adapter(layout, a, b));
    }

    private static byte[] zip(Adapter adapter) {
        var zip = new ByteArrayOutputStream();
        try {
            new PeftArchive(new PeftModel("SmolLM2", 9, 3), adapter).writeTo(zip);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return zip.toByteArray();
    }

    private static float[] small(Random random, int count) {
        var values = new float[count];
        for (var i = 0; i < count; i++) {
            values[i] = (float) (0.04 * random.nextGaussian());
        }
        return values;
    }

    private static NamedTensor matrix(String name, int columns, int rows, float[] values) {
        return new NamedTensor(name, GgmlType.F16, new long[] {columns, rows}, Halves.toF16(values));
    }

    public static byte[] zip(Map<String, byte[]> files) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (var file : files.entrySet()) {
                zip.putNextEntry(new ZipEntry(file.getKey()));
                zip.write(file.getValue());
            }
        }
        return bytes.toByteArray();
    }

    /// The safetensors file in a zip.
    public static byte[] weights(byte[] zip) throws IOException {
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (var entry = in.getNextEntry(); entry != null; entry = in.getNextEntry()) {
                if (entry.getName().equals(PeftArchive.WEIGHTS)) {
                    return in.readAllBytes();
                }
            }
        }
        throw new IOException("no " + PeftArchive.WEIGHTS);
    }
}
