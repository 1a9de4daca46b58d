package dev.icmlora.trainer.paper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

import dev.icmlora.generator.Sha256;
import dev.icmlora.generator.adapter.AdapterFormat;
import dev.icmlora.generator.adapter.GgufAdapter;
import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.peft.PeftArchive;
import dev.icmlora.peft.PeftModel;
import dev.icmlora.peft.PeftReader;

/// A LoRA that was trained elsewhere, as it lies on disk: a GGUF file, PEFT's folder, or a zip of its two files.
///
/// @param name of the file or folder
/// @param sha256 of the file, or of the weights in the folder, in hexadecimal
record ForeignLora(String name, String sha256, List<LowRankUpdate> updates) {
    private static final long LARGEST = 1L << 30;

    /// Reads a LoRA for a base model.
    ///
    /// @throws NoSuchFileException when there is no such file
    /// @throws dev.icmlora.generator.adapter.InvalidAdapterException when it is no LoRA for such a model, or
    /// one whose settings mean more than a low-rank update
    static ForeignLora read(Path path, String architecture, PeftModel model) throws IOException {
        String name = path.toAbsolutePath().normalize().getFileName().toString();
        PeftReader peft = new PeftReader(model, LARGEST);
        if (Files.isDirectory(path)) {
            List<LowRankUpdate> updates = peft.read(path);
            return new ForeignLora(name, Sha256.hex(Files.readAllBytes(path.resolve(PeftArchive.WEIGHTS))), updates);
        }
        if (Files.size(path) > LARGEST) {
            throw new IllegalArgumentException(
                    "%s has %d bytes, more than the limit of %d".formatted(path, Files.size(path), LARGEST));
        }
        byte[] file = Files.readAllBytes(path);
        List<LowRankUpdate> updates =
                AdapterFormat.isZip(file) ? peft.read(file) : GgufAdapter.read(file, architecture);
        return new ForeignLora(name, Sha256.hex(file), updates);
    }

    /// The highest rank of its updates.
    int rank() {
        return updates.stream().mapToInt(LowRankUpdate::rank).max().orElse(0);
    }
}
