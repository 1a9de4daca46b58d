package dev.icmlora.generator.adapter;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;

/// A form of adapter files other than GGUF. The addon `peft` brings one.
public interface AdapterFormat {

    /// The base model, as far as it decides in which order rows stand in the file.
    ///
    /// @param name for people
    /// @param architecture in the GGUF file's `general.architecture`
    /// @param turnsHalves whether positions turn the halves of a head against each other
    /// @param heads query heads
    /// @param kvHeads key and value heads
    record BaseModel(String name, String architecture, boolean turnsHalves, int heads, int kvHeads) {}

    /// A file that is written as often as it is wanted.
    interface File {
        long bytes();

        /// Writes the file and closes the stream.
        void writeTo(OutputStream out) throws IOException;
    }

    /// Whether a file begins as a zip does.
    static boolean isZip(byte[] file) {
        return Arrays.equals(new byte[] {'P', 'K', 3, 4}, Arrays.copyOf(file, 4));
    }

    /// Reads a file that nothing is trusted of.
    ///
    /// @param largestBytes of what is in the file, once unpacked
    /// @param check takes the shape of each update before its numbers are read, and throws what there is to throw
    /// @throws InvalidAdapterException if it is no LoRA for the base model
    List<LowRankUpdate> read(byte[] file, BaseModel base, long largestBytes, Consumer<LowRankUpdate.Shape> check);

    /// An adapter as a file of this form.
    ///
    /// @throws InvalidAdapterException if the form has none for the base model
    File file(Adapter adapter, BaseModel base);
}
