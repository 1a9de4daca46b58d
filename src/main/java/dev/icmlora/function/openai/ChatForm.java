package dev.icmlora.function.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.engine.worker.Delta;
import dev.icmlora.engine.worker.Finish;
import dev.icmlora.engine.worker.TokenLogprob;
import dev.icmlora.function.service.TextService.Reply;

/// Replies of `POST /v1/chat/completions`.
@RegisterForReflection
final class ChatForm implements ReplyForm {

    private static final String OBJECT = "chat.completion";
    private static final String CHUNK = "chat.completion.chunk";
    private static final String ROLE = "assistant";

    record Completion(
            String id,
            String object,
            long created,
            String model,
            List<Choice> choices,
            Totals usage,
            Extension icmLora) {}

    record Choice(int index, Message message, Logprobs logprobs, String finishReason) {}

    record Message(String role, String content, String refusal) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Chunk(
            String id,
            String object,
            long created,
            String model,
            List<Piece> choices,
            Totals usage,
            Extension icmLora) {}

    record Piece(int index, Growth delta, Logprobs logprobs, String finishReason) {}

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Growth(String role, String content) {}

    record Logprobs(List<Token> content) {

        static Logprobs of(List<TokenLogprob> tokens) {
            return tokens.isEmpty()
                    ? null
                    : new Logprobs(tokens.stream().map(Token::of).toList());
        }
    }

    record Token(String token, double logprob, List<Integer> bytes, List<Token> topLogprobs) {

        static Token of(TokenLogprob token) {
            var bytes = IntStream.range(0, token.bytes().length)
                    .mapToObj(i -> Byte.toUnsignedInt(token.bytes()[i]))
                    .toList();
            return new Token(
                    new String(token.bytes(), UTF_8),
                    token.logprob(),
                    bytes,
                    token.likeliest().stream().map(Token::of).toList());
        }
    }

    @Override
    public String idPrefix() {
        return "chatcmpl-";
    }

    @Override
    public Object whole(Head head, Reply reply) {
        var answers = reply.answers();
        var choices = IntStream.range(0, answers.size())
                .mapToObj(i -> new Choice(
                        i,
                        new Message(ROLE, answers.get(i).text(), null),
                        Logprobs.of(answers.get(i).logprobs()),
                        ReplyForm.reason(answers.get(i).finish())))
                .toList();
        return new Completion(
                head.id(),
                OBJECT,
                head.created(),
                reply.model(),
                choices,
                Totals.of(reply.usage()),
                Extension.of(reply));
    }

    @Override
    public Optional<Object> begin(Head head, String model, int choice) {
        return Optional.of(chunk(head, model, new Piece(choice, new Growth(ROLE, ""), null, null)));
    }

    @Override
    public Object piece(Head head, String model, int choice, Delta delta) {
        return chunk(
                head, model, new Piece(choice, new Growth(null, delta.text()), Logprobs.of(delta.logprobs()), null));
    }

    @Override
    public Object end(Head head, String model, int choice, Finish finish) {
        return chunk(head, model, new Piece(choice, new Growth(null, null), null, ReplyForm.reason(finish)));
    }

    private static Chunk chunk(Head head, String model, Piece piece) {
        return new Chunk(head.id(), CHUNK, head.created(), model, List.of(piece), null, null);
    }

    @Override
    public Object totals(Head head, Reply reply) {
        return new Chunk(
                head.id(),
                CHUNK,
                head.created(),
                reply.model(),
                List.of(),
                Totals.of(reply.usage()),
                Extension.of(reply));
    }
}
