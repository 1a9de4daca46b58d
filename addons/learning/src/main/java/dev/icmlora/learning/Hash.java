package dev.icmlora.learning;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/// Half a SHA-256 of a text, in hex.
final class Hash {

    static final int BYTES = 16;

    private static final HexFormat HEX = HexFormat.of();

    private Hash() {}

    static String of(String text) {
        try {
            return HEX.formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(UTF_8)), 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    static byte[] bytes(String hash) {
        return HEX.parseHex(hash);
    }

    static String text(byte[] hash) {
        return HEX.formatHex(hash);
    }
}
