package dev.icmlora.mcp;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The revisions of the protocol that are spoken here, and which of them a request is in.
final class Revisions {

    static final String INITIALIZE = "initialize";
    static final String CALL_TOOL = "tools/call";
    /// What begins the names of the protocol's own fields in `_meta`.
    static final String PREFIX = "io.modelcontextprotocol/";

    private static final List<String> MODERN = List.of("2026-07-28");
    private static final List<String> LEGACY = List.of("2025-11-25", "2025-06-18", "2025-03-26");
    /// Newest first.
    static final List<String> ALL =
            Stream.of(MODERN, LEGACY).flatMap(List::stream).toList();

    private static final String VERSION = PREFIX + "protocolVersion";
    private static final String CAPABILITIES = PREFIX + "clientCapabilities";
    private static final String VERSION_HEADER = "MCP-Protocol-Version";
    private static final String METHOD_HEADER = "Mcp-Method";
    private static final String NAME_HEADER = "Mcp-Name";
    /// How a header holds what no header can hold as it is.
    private static final Pattern ENCODED = Pattern.compile("=\\?base64\\?(.*)\\?=");

    private Revisions() {}

    /// The revision that a client is to go on with which asked for this one.
    static String agreed(String requested) {
        return LEGACY.contains(requested) ? requested : LEGACY.getFirst();
    }

    /// The era of a request's revision.
    ///
    /// @param header the value of the header of a name, or null
    /// @throws RpcException if the revision is not spoken here, or if headers and body do not say the same: a proxy
    /// may have let the request in by its headers
    static Era of(Message message, UnaryOperator<String> header) {
        var meta = message.params().path("_meta");
        if (message.method().equals(INITIALIZE)) {
            return Era.LEGACY;
        }
        if (!meta.has(VERSION)) {
            legacy(header.apply(VERSION_HEADER));
            return Era.LEGACY;
        }
        var version = meta.path(VERSION).textValue();
        if (version == null) {
            throw RpcException.incomplete("/params/_meta has a %s that is no string".formatted(VERSION));
        }
        requireHeader(VERSION_HEADER, version, header);
        if (!MODERN.contains(version)) {
            throw RpcException.unsupportedVersion(version, ALL);
        }
        if (!meta.path(CAPABILITIES).isObject()) {
            throw RpcException.incomplete("/params/_meta needs %s, an object".formatted(CAPABILITIES));
        }
        requireHeader(METHOD_HEADER, message.method(), header);
        if (message.method().equals(CALL_TOOL)) {
            requireHeader(NAME_HEADER, message.params().path("name").asText(), header);
        }
        return Era.MODERN;
    }

    /// @param version of the header, which the oldest revision does not have
    private static void legacy(String version) {
        if (version == null || LEGACY.contains(version)) {
            return;
        }
        throw MODERN.contains(version)
                ? RpcException.incomplete(
                        "/params/_meta needs %s, as the header %s has it".formatted(VERSION, VERSION_HEADER))
                : RpcException.unsupportedVersion(version, ALL);
    }

    private static void requireHeader(String name, String value, UnaryOperator<String> header) {
        var sent = header.apply(name);
        if (sent == null) {
            throw RpcException.headerMismatch("The header %s is missing".formatted(name));
        }
        if (!value.equals(decoded(sent))) {
            throw RpcException.headerMismatch("The header %s is %s, and the body says %s".formatted(name, sent, value));
        }
    }

    private static String decoded(String header) {
        var encoded = ENCODED.matcher(header);
        if (!encoded.matches()) {
            return header;
        }
        try {
            return new String(Base64.getDecoder().decode(encoded.group(1)), UTF_8);
        } catch (IllegalArgumentException notBase64) {
            return header;
        }
    }
}
