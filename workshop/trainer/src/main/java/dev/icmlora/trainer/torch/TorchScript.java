package dev.icmlora.trainer.torch;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.SequencedMap;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

import ai.djl.MalformedModelException;
import ai.djl.Model;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.ParameterStore;

/// A program in TorchScript, PyTorch's own language, compiled from source text that lies beside our classes.
///
/// DJL's `NDArray` has no bfloat16, no fused cross entropy and no way to free intermediates before a step ends; in
/// TorchScript all of PyTorch is there and one call runs a whole forward pass. Gradients flow through a call like
/// through any other operation. PyTorch loads programs from a zip archive (its `torch/csrc/jit/docs/serialization.md`),
/// which is put together here in memory.
///
/// The source holds the methods of one class, indented by two spaces; constants appear as attributes of `self`.
public final class TorchScript implements AutoCloseable {
    private static final String HEADER = """
            class Program(Module):
              __parameters__ = []
              __buffers__ = []
            """;

    private final Model model;

    private TorchScript(Model model) {
        this.model = model;
    }

    /// Methods in a resource.
    ///
    /// @param owner class beside which it lies
    /// @param resource its file name
    public record Source(Class<?> owner, String resource) {
        private byte[] read() throws IOException {
            try (InputStream in = owner.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new IllegalStateException("no resource " + resource + " beside " + owner.getName());
                }
                return in.readAllBytes();
            }
        }
    }

    /// Compiles a program of one source.
    ///
    /// @param owner class beside which the source lies as a resource
    /// @param resource file name of the source
    /// @param constants `Integer` or `Double` by attribute name
    /// @throws IllegalStateException when PyTorch refuses the source, with its message
    public static TorchScript compile(Class<?> owner, String resource, SequencedMap<String, Number> constants) {
        return compile(List.of(new Source(owner, resource)), constants);
    }

    /// Compiles a program.
    ///
    /// @param sources whose methods it has
    /// @param constants `Integer` or `Double` by attribute name
    /// @throws IllegalStateException when PyTorch refuses the source, with its message
    public static TorchScript compile(List<Source> sources, SequencedMap<String, Number> constants) {
        String name = sources.getLast().resource();
        Model model = Model.newInstance(name, "PyTorch");
        try {
            ByteArrayOutputStream methods = new ByteArrayOutputStream();
            for (Source source : sources) {
                methods.writeBytes(source.read());
                methods.write('\n');
            }
            model.load(new ByteArrayInputStream(archive(methods.toByteArray(), constants)));
            return new TorchScript(model);
        } catch (IOException | MalformedModelException e) {
            model.close();
            throw new IllegalStateException("cannot compile " + name, e);
        }
    }

    /// Runs a method.
    ///
    /// @param scope owns the results
    /// @param arguments each an `NDArray` for a `Tensor` or a `List` of them for a `List[Tensor]`
    /// @return the tensor, or the tensors of the list or tuple that the method returns
    public NDList call(NDManager scope, String method, Object... arguments) {
        NDList inputs = new NDList();
        // DJL takes the method's name and the grouping into lists from the names of the arrays; the first array's
        // manager owns the results.
        inputs.add(named(scope.create(0f), "module_method:" + method));
        for (int i = 0; i < arguments.length; i++) {
            switch (arguments[i]) {
                case NDArray tensor -> inputs.add(named(tensor, null));
                case List<?> tensors -> {
                    for (Object tensor : tensors) {
                        inputs.add(named((NDArray) tensor, "argument" + i + "[]"));
                    }
                }
                default -> throw new IllegalArgumentException("not a tensor: " + arguments[i]);
            }
        }
        return model.getBlock().forward(new ParameterStore(scope, false), inputs, true);
    }

    private static NDArray named(NDArray array, String name) {
        array.setName(name);
        return array;
    }

    private static byte[] archive(byte[] methods, SequencedMap<String, Number> constants) throws IOException {
        StringBuilder header = new StringBuilder(HEADER);
        constants.forEach((name, value) ->
                header.append("  ").append(name).append(value instanceof Integer ? " : int\n" : " : float\n"));
        ByteArrayOutputStream code = new ByteArrayOutputStream();
        code.writeBytes(header.toString().getBytes(StandardCharsets.UTF_8));
        code.writeBytes(methods);

        ByteArrayOutputStream archive = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(archive)) {
            put(zip, "data.pkl", pickledModule(constants));
            put(zip, "code/__torch__.py", code.toByteArray());
            put(zip, "constants.pkl", pickledEmptyTuple());
            put(zip, "version", "10\n".getBytes(StandardCharsets.US_ASCII));
        }
        return archive.toByteArray();
    }

    private static void put(ZipOutputStream zip, String name, byte[] data) throws IOException {
        ZipEntry entry = new ZipEntry("program/" + name);
        entry.setMethod(ZipEntry.STORED);
        entry.setSize(data.length);
        CRC32 checksum = new CRC32();
        checksum.update(data);
        entry.setCrc(checksum.getValue());
        zip.putNextEntry(entry);
        zip.write(data);
        zip.closeEntry();
    }

    /// An instance of `Program` with its attributes, in pickle protocol 2.
    private static byte[] pickledModule(SequencedMap<String, Number> constants) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DataOutputStream out = new DataOutputStream(bytes)) {
            out.writeBytes("\u0080\u0002");
            out.writeBytes("c__torch__\nProgram\n)\u0081");
            out.writeBytes("}(");
            for (var constant : constants.entrySet()) {
                byte[] name = constant.getKey().getBytes(StandardCharsets.UTF_8);
                out.writeByte('X');
                out.writeInt(Integer.reverseBytes(name.length));
                out.write(name);
                if (constant.getValue() instanceof Integer integer) {
                    out.writeByte('J');
                    out.writeInt(Integer.reverseBytes(integer));
                } else {
                    out.writeByte('G');
                    out.writeDouble(constant.getValue().doubleValue());
                }
            }
            out.writeBytes("ub.");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    private static byte[] pickledEmptyTuple() {
        return "\u0080\u0002).".getBytes(StandardCharsets.ISO_8859_1);
    }

    @Override
    public void close() {
        model.close();
    }
}
