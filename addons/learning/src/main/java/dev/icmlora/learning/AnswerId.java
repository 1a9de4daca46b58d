package dev.icmlora.learning;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

import dev.icmlora.function.access.Tenant;

/// Names an answer of a function. A client has it as base64url of the fields with an HMAC over them and the
/// tenant. So nothing need be kept for an id to be known again.
///
/// @param function name without a version
/// @param input what [Hash#of] makes of the input
/// @param reply what its reply is kept as, if it is
/// @param index of the answer in its reply
record AnswerId(String function, int version, String input, Stamp reply, int index) {

    private static final int MAC_BYTES = 16;
    private static final int FIXED_BYTES = 2 * Long.BYTES + 2 * Integer.BYTES + Hash.BYTES;

    /// @param key secret
    String signed(byte[] key, Tenant tenant) {
        var fields = fields();
        var all = ByteBuffer.allocate(fields.length + MAC_BYTES).put(fields).put(mac(key, tenant, fields));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(all.array());
    }

    /// The id that a text stands for; empty if it was not signed with this key for this tenant.
    static Optional<AnswerId> of(String text, byte[] key, Tenant tenant) {
        byte[] all;
        try {
            all = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
        if (all.length <= FIXED_BYTES + MAC_BYTES) {
            return Optional.empty();
        }
        var fields = Arrays.copyOf(all, all.length - MAC_BYTES);
        var mac = Arrays.copyOfRange(all, fields.length, all.length);
        return MessageDigest.isEqual(mac, mac(key, tenant, fields)) ? Optional.of(read(fields)) : Optional.empty();
    }

    private byte[] fields() {
        var name = function.getBytes(UTF_8);
        return ByteBuffer.allocate(FIXED_BYTES + name.length)
                .putLong(reply.micros())
                .putLong(reply.random())
                .putInt(index)
                .putInt(version)
                .put(Hash.bytes(input))
                .put(name)
                .array();
    }

    private static AnswerId read(byte[] fields) {
        var buffer = ByteBuffer.wrap(fields);
        var reply = new Stamp(buffer.getLong(), buffer.getLong());
        var index = buffer.getInt();
        var version = buffer.getInt();
        var hash = new byte[Hash.BYTES];
        buffer.get(hash);
        var name = new byte[buffer.remaining()];
        buffer.get(name);
        return new AnswerId(new String(name, UTF_8), version, Hash.text(hash), reply, index);
    }

    private static byte[] mac(byte[] key, Tenant tenant, byte[] fields) {
        return Arrays.copyOf(Hash.mac(key, tenant.folder().getBytes(UTF_8), new byte[1], fields), MAC_BYTES);
    }
}
