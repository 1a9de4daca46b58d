package dev.icmlora.function.service;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.error.Violations;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.ChatMessage;

/// The prompts of a request for a text, as tokens. They have to fit into the context with what is written.
record TextPrompts(TextPrompt prompt, EngineSession session) {

    /// One prompt for a chat, or one for each text.
    ///
    /// @param description of a task, put before the first message of a user; blank for none
    List<int[]> of(String description) {
        return switch (prompt) {
            case TextPrompt.Chat chat -> {
                requireShort(
                        "/messages",
                        chat.messages().stream().map(ChatMessage::content).toList(),
                        session);
                yield List.of(session.engine().chatFormat().tokens(description, chat.messages()));
            }
            case TextPrompt.Plain texts -> of("/prompt", texts.texts(), session);
        };
    }

    /// Texts as they are.
    ///
    /// @throws dev.icmlora.function.error.RequestException if one is far too long
    static List<int[]> of(String field, List<String> texts, EngineSession session) {
        requireShort(field, texts, session);
        return texts.stream().map(session.engine().chatFormat()::tokens).toList();
    }

    private static void requireShort(String field, List<String> texts, EngineSession session) {
        var violations = new Violations();
        texts.forEach(text -> requireShort(field, text, session, violations));
        violations.raise();
    }

    /// Refuses a text that is far too long before it is cut into tokens.
    static void requireShort(String field, String text, EngineSession session, Violations violations) {
        var context = session.engine().contextTokens();
        violations.when(
                session.engine().isTooLong(text),
                field,
                context,
                text.length(),
                "has %d characters, which are more tokens than the context of %d".formatted(text.length(), context));
    }

    /// The same with the task's examples as turns before the first one, as [TaskPrompts] has them. Empty where
    /// they do not fit, or have no place: a text is continued as it is, and a chat with a system message says
    /// itself what to do.
    Optional<List<int[]>> withExamples(Task task, Wanted wanted) {
        // The examples alone tell most that do not fit.
        if (!(prompt instanceof TextPrompt.Chat chat)
                || chat.messages().stream().anyMatch(message -> message.role().equals("system"))
                || tokens(task) > room(wanted)) {
            return Optional.empty();
        }
        var turns = Stream.concat(task.examples().stream().flatMap(TextPrompts::turns), chat.messages().stream());
        var tokens = session.engine().chatFormat().tokens(task.description(), turns.toList());
        return Optional.of(List.of(tokens)).filter(_ -> tokens.length <= room(wanted));
    }

    private static Stream<ChatMessage> turns(Example example) {
        return Stream.of(new ChatMessage("user", example.input()), new ChatMessage("assistant", example.output()));
    }

    private int tokens(Task task) {
        return session.engine()
                .format()
                .packed(task.description(), task.examples())
                .tokens()
                .length;
    }

    private int room(Wanted wanted) {
        return session.engine().contextTokens() - wanted.mostTokens();
    }

    /// @throws dev.icmlora.function.error.RequestException if one has no tokens, or too many
    void requireFit(List<int[]> prompts, Wanted wanted) {
        requireFit(prompt instanceof TextPrompt.Chat ? "/messages" : "/prompt", prompts, wanted.mostTokens(), session);
    }

    /// @param maxTokens that follow a prompt at most
    /// @throws dev.icmlora.function.error.RequestException if one has no tokens, or too many
    static void requireFit(String field, List<int[]> prompts, int maxTokens, EngineSession session) {
        var context = session.engine().contextTokens();
        var violations = new Violations();
        for (var prompt : prompts) {
            violations.when(
                    prompt.length == 0,
                    field,
                    1,
                    0,
                    "has no tokens: the model's vocabulary has none for any of its characters");
            violations.when(
                    prompt.length + maxTokens > context,
                    field,
                    context,
                    prompt.length,
                    "has %d tokens; with an answer of up to %d this is more than the context of %d"
                            .formatted(prompt.length, maxTokens, context));
        }
        violations.raise();
    }
}
