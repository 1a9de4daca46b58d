package dev.icmlora.learning;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.util.HexFormat;

import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

import dev.icmlora.generator.Sha256;

/// Half a SHA-256 of a text, in hex.
final class Hash {

    static final int BYTES = 16;

    private static final HexFormat HEX = HexFormat.of();
    private static final String KEYED = "HmacSHA256";

    private Hash() {}

    static String of(String text) {
        return Sha256.hex(text.getBytes(UTF_8)).substring(0, 2 * BYTES);
    }

    /// Of a text, which no client can work out.
    ///
    /// @param key secret
    static String of(String text, byte[] key) {
        return text(mac(key, text.getBytes(UTF_8)));
    }

    /// The HMAC of these bytes, one after the other.
    ///
    /// @param key secret
    static byte[] mac(byte[] key, byte[]... parts) {
        try {
            var mac = Mac.getInstance(KEYED);
            mac.init(new SecretKeySpec(key, KEYED));
            for (var part : parts) {
                mac.update(part);
            }
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + KEYED, e);
        }
    }

    static byte[] bytes(String hash) {
        return HEX.parseHex(hash);
    }

    static String text(byte[] hash) {
        return HEX.formatHex(hash);
    }
}
