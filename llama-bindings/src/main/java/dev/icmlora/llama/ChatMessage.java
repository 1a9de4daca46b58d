package dev.icmlora.llama;

import java.util.Objects;

/// One turn of a chat.
///
/// @param role `system`, `user` or `assistant`
public record ChatMessage(String role, String content) {
    public ChatMessage {
        Objects.requireNonNull(role, "role");
        Objects.requireNonNull(content, "content");
    }
}
