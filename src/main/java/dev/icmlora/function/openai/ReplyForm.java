package dev.icmlora.function.openai;

import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.engine.worker.Delta;
import dev.icmlora.engine.worker.Finish;
import dev.icmlora.function.api.GenerateReply.Timing;
import dev.icmlora.function.api.GenerateReply.Usage;
import dev.icmlora.function.service.TextService.Reply;

/// A form of replies: of whole texts, or of the pieces of a stream.
@RegisterForReflection
interface ReplyForm {

    /// @param id names the reply; all pieces of a stream have the same
    /// @param created seconds since 1970
    record Head(String id, long created) {}

    /// Tokens of a request.
    record Totals(int promptTokens, int completionTokens, int totalTokens) {

        static Totals of(Usage usage) {
            return new Totals(
                    usage.promptTokens(), usage.completionTokens(), usage.promptTokens() + usage.completionTokens());
        }
    }

    /// Fields that OpenAI's own replies lack.
    ///
    /// @param probabilities of the labels, if there are any
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Extension(Timing timingMs, Map<String, Double> probabilities) {

        static Extension of(Reply reply) {
            var labels = reply.answers().getFirst().labels();
            return new Extension(reply.timing(), labels.isEmpty() ? null : labels);
        }
    }

    /// Begins the ids of these replies.
    String idPrefix();

    Object whole(Head head, Reply reply);

    /// The first piece of a text, if there is one before any of its text.
    Optional<Object> begin(Head head, String model, int choice);

    Object piece(Head head, String model, int choice, Delta delta);

    Object end(Head head, String model, int choice, Finish finish);

    /// The piece after the end of all texts, for those who asked for it.
    Object totals(Head head, Reply reply);

    /// As OpenAI spells it.
    static String reason(Finish finish) {
        return switch (finish) {
            case STOP -> "stop";
            case LENGTH -> "length";
        };
    }
}
