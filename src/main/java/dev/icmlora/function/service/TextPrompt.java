package dev.icmlora.function.service;

import java.util.List;

import dev.icmlora.llama.ChatMessage;

/// What a text is to follow.
public sealed interface TextPrompt {

    /// A chat, in the model's template.
    record Chat(List<ChatMessage> messages) implements TextPrompt {}

    /// Texts as they are, each continued on its own.
    record Plain(List<String> texts) implements TextPrompt {}
}
