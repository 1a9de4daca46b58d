package dev.icmlora.ggml;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeSet;
import java.util.zip.CRC32;

/// The record that `scripts/record-libraries` made of the libraries in a folder, once all their bytes were verified:
/// of each one its length, and the CRC-32 of its first and last 4 KiB together.
///
/// There an ELF file has its program headers with its build id, and its section headers. So a library that is cut
/// short, half replaced or of another build is refused before any of its code runs; what else may differ in the
/// middle is left to `make verify`, since a start cannot wait for 30 MB to be read, or far more with CUDA. And it
/// cannot wait for SHA-256, which the JVM still interprets then; CRC-32 is native from the first call on.
final class LibraryChecksums {
    private static final String FILE = "checksums";
    private static final int END = 4096;
    private static final String REMEDY = "; run `make setup`, or take the image anew";

    private final Path folder;
    private final Map<String, Entry> entries = new HashMap<>();

    private record Entry(String ends, long bytes) {}

    private LibraryChecksums(Path folder) throws IOException {
        this.folder = folder;
        for (String line : Files.readAllLines(folder.resolve(FILE))) {
            String[] columns = line.split(" ", 3);
            try {
                entries.put(columns[2], new Entry(columns[0], Long.parseLong(columns[1])));
            } catch (IndexOutOfBoundsException | NumberFormatException e) {
                throw new MissingLibraryException(
                        folder.resolve(FILE) + " is damaged: '" + line + "' is no line of it" + REMEDY, e);
            }
        }
    }

    /// Compares the libraries in the folder with its record. A folder without one holds a build of another origin:
    /// there is nothing to compare with.
    ///
    /// @throws MissingLibraryException if a library differs, is absent, or was added
    static void check(Path folder) {
        if (!Files.exists(folder.resolve(FILE))) {
            return;
        }
        try {
            new LibraryChecksums(folder).check();
        } catch (IOException e) {
            throw new MissingLibraryException("cannot read the libraries in " + folder + ": " + e, e);
        }
    }

    private void check() throws IOException {
        var absent = new TreeSet<>(entries.keySet());
        try (DirectoryStream<Path> libraries = Files.newDirectoryStream(folder, "*.so")) {
            for (Path library : libraries) {
                String name = library.getFileName().toString();
                if (!absent.remove(name)) {
                    // ggml loads whatever is named like a backend.
                    throw new MissingLibraryException(
                            "%s is not one of the %d libraries recorded beside it%s"
                                    .formatted(library, entries.size(), REMEDY),
                            null);
                }
                check(library, entries.get(name));
            }
        }
        if (!absent.isEmpty()) {
            throw new MissingLibraryException(folder.resolve(absent.first()) + " is missing" + REMEDY, null);
        }
    }

    private static void check(Path library, Entry expected) throws IOException {
        try (FileChannel file = FileChannel.open(library)) {
            if (file.size() != expected.bytes) {
                throw differs(library, file.size() + " bytes", expected.bytes + " bytes");
            }
            String ends = ends(file);
            if (!ends.equals(expected.ends)) {
                throw differs(library, "CRC-32 " + ends + " of its ends", expected.ends);
            }
        }
    }

    private static MissingLibraryException differs(Path library, String found, String expected) {
        return new MissingLibraryException(
                "%s is damaged or another build: found %s, expected %s%s".formatted(library, found, expected, REMEDY),
                null);
    }

    private static String ends(FileChannel file) throws IOException {
        var checksum = new CRC32();
        checksum.update(read(file, 0));
        checksum.update(read(file, Math.max(0, file.size() - END)));
        return HexFormat.of().toHexDigits((int) checksum.getValue());
    }

    /// A regular file gives all of it at once, or ends there.
    private static ByteBuffer read(FileChannel file, long position) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(END);
        file.read(bytes, position);
        return bytes.flip();
    }
}
