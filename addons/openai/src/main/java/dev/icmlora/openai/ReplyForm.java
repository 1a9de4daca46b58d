package dev.icmlora.openai;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.AnswerListener.Delta;
import dev.icmlora.function.api.GenerateReply.Timing;
import dev.icmlora.function.api.GenerateReply.Usage;
import dev.icmlora.openai.TextService.Reply;

/// A form of replies: what it calls them, and the texts in a whole reply or in a piece of a stream.
@RegisterForReflection
interface ReplyForm {

    /// A whole reply, or a piece of a stream.
    ///
    /// @param choices in the form's own type
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Body(
            String id,
            String object,
            long created,
            String model,
            List<Object> choices,
            Totals usage,
            Extension icmLora) {}

    /// What all pieces of one reply have in common.
    ///
    /// @param created seconds since 1970
    record Head(ReplyForm form, String id, long created) {

        static Head of(ReplyForm form) {
            var id = form.idPrefix() + UUID.randomUUID().toString().replace("-", "");
            return new Head(form, id, Instant.now().getEpochSecond());
        }

        Body whole(Reply reply) {
            var answers = reply.answers();
            return end(
                    form.object(),
                    reply,
                    IntStream.range(0, answers.size())
                            .mapToObj(i -> form.choice(i, answers.get(i)))
                            .toList());
        }

        /// @param choice what it has of a text
        Body piece(String model, Object choice) {
            return new Body(id, form.pieceObject(), created, model, List.of(choice), null, null);
        }

        /// The piece after the end of all texts, for those who asked for it.
        Body totals(Reply reply) {
            return end(form.pieceObject(), reply, List.of());
        }

        private Body end(String object, Reply reply, List<Object> choices) {
            return new Body(id, object, created, reply.model(), choices, Totals.of(reply.usage()), Extension.of(reply));
        }
    }

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
    /// @param ids of the choices, if a function's answers have any
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Extension(Timing timingMs, Map<String, Double> probabilities, List<String> ids) {

        static Extension of(Reply reply) {
            var labels = reply.answers().getFirst().labels();
            return new Extension(reply.timing(), labels.isEmpty() ? null : labels, reply.ids());
        }
    }

    /// Begins the ids of these replies.
    String idPrefix();

    /// What `object` says of a whole reply.
    String object();

    /// What `object` says of a piece.
    String pieceObject();

    /// A whole text.
    Object choice(int index, Answer answer);

    /// What comes before a text, if anything does.
    Optional<Object> begin(int index);

    /// More of a text.
    Object piece(int index, Delta delta);

    /// The end of a text.
    Object end(int index, Finish finish);

    /// As OpenAI spells it.
    static String reason(Finish finish) {
        return switch (finish) {
            case STOP -> "stop";
            case LENGTH -> "length";
        };
    }
}
