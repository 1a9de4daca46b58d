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

    public static BaseModelId of(String name, Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            MessageDigest digest = Sha256.digest();
            long size = channel.size();
            digest.update(ByteBuffer.allocate(Long.BYTES).putLong(size).flip());
            digest.update(read(channel, 0, Math.min(SAMPLE, size)));
            digest.update(read(channel, Math.max(0, size - SAMPLE), Math.min(SAMPLE, size)));
            return new BaseModelId(name, HexFormat.of().formatHex(digest.digest(), 0, 16));
        }
    }

    private static ByteBuffer read(FileChannel channel, long position, long length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate((int) length);
        while (buffer.hasRemaining()) {
            if (channel.read(buffer, position + buffer.position()) < 0) {
                throw new IOException("the file became shorter while it was read");
            }
        }
        return buffer.flip();
    }

    @Override
    public String toString() {
        return name + " (" + fingerprint + ")";
    }
}
