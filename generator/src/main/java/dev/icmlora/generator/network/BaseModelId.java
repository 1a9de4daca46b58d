package dev.icmlora.generator.network;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.HexFormat;

import dev.icmlora.generator.Sha256;

/// Identifies a base model.
///
/// @param name for people, the model file's `general.name`
/// @param fingerprint hash of the file's size, its first and its last 4 MiB: metadata, vocabulary, the first and
///        the last tensors. It tells files apart (another model, another fine-tune, another quantisation) in a few
///        milliseconds, where hashing all of it would delay every cold start; it is no protection against a forged
///        file.
public record BaseModelId(String name, String fingerprint) {
    private static final int SAMPLE = 4 << 20;
    private static final int PIECE = 1 << 18;

    public static BaseModelId of(String name, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MessageDigest digest = Sha256.digest();
            long size = channel.size();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
            update(digest, channel, 0, Math.min(SAMPLE, size));
            update(digest, channel, Math.max(0, size - SAMPLE), Math.min(SAMPLE, size));
            return new BaseModelId(name, HexFormat.of().formatHex(digest.digest(), 0, 16));
        }
    }

    /// In pieces: the JVM keeps as much memory as was read at once.
    private static void update(MessageDigest digest, FileChannel channel, long from, long length) throws IOException {
        ByteBuffer piece = ByteBuffer.allocate(PIECE);
        for (long read = 0; read < length; read += piece.limit()) {
            piece.clear().limit((int) Math.min(PIECE, length - read));
            if (channel.read(piece, from + read) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
            digest.update(piece.flip());
        }
    }

    @Override
    public String toString() {
        return name + " (" + fingerprint + ")";
    }
}
