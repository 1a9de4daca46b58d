package dev.icmlora.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Answer.TokenLogprob;
import dev.icmlora.engine.worker.AnswerListener.Delta;

/// Replies of `POST /v1/chat/completions`.
@RegisterForReflection
final class ChatForm implements ReplyForm {

    private static final String ROLE = "assistant";

    record Choice(int index, Message message, Logprobs logprobs, String finishReason) {}

    record Message(String role, String content, String refusal) {}

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
    public String object() {
        return "chat.completion";
    }

    @Override
    public String pieceObject() {
        return "chat.completion.chunk";
    }

    @Override
    public Object choice(int index, Answer answer) {
        var message = new Message(ROLE, answer.text(), null);
        return new Choice(index, message, Logprobs.of(answer.logprobs()), ReplyForm.reason(answer.finish()));
    }

    @Override
    public Optional<Object> begin(int index) {
        return Optional.of(new Piece(index, new Growth(ROLE, ""), null, null));
    }

    @Override
    public Object piece(int index, Delta delta) {
        return new Piece(index, new Growth(null, delta.text()), Logprobs.of(delta.logprobs()), null);
    }

    @Override
    public Object end(int index, Finish finish) {
        return new Piece(index, new Growth(null, null), null, ReplyForm.reason(finish));
    }
}
