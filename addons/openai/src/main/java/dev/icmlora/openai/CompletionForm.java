package dev.icmlora.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.Answer.TokenLogprob;
import dev.icmlora.engine.worker.AnswerListener.Delta;

/// Replies of `POST /v1/completions`; a piece of a stream looks like the whole.
@RegisterForReflection
final class CompletionForm implements ReplyForm {

    record Choice(int index, String text, Logprobs logprobs, String finishReason) {}

    /// Lists of the same length, an entry for each token.
    ///
    /// @param textOffset characters of the text before the token, within the same piece of a stream
    record Logprobs(
            List<String> tokens,
            List<Double> tokenLogprobs,
            List<Map<String, Double>> topLogprobs,
            List<Integer> textOffset) {

        static Logprobs of(List<TokenLogprob> tokens) {
            if (tokens.isEmpty()) {
                return null;
            }
            var offsets = new ArrayList<Integer>();
            var characters = 0;
            for (var token : tokens) {
                offsets.add(characters);
                for (var unit : token.bytes()) {
                    characters += beginsCharacter(unit) ? 1 : 0;
                }
            }
            return new Logprobs(
                    tokens.stream().map(CompletionForm::text).toList(),
                    tokens.stream().map(TokenLogprob::logprob).toList(),
                    tokens.stream().map(Logprobs::likeliest).toList(),
                    offsets);
        }

        /// Of UTF-8; a token may hold a part of a character.
        private static boolean beginsCharacter(byte unit) {
            return (unit & 0xC0) != 0x80;
        }

        private static Map<String, Double> likeliest(TokenLogprob token) {
            var byText = new LinkedHashMap<String, Double>();
            // Two tokens that are parts of characters can look the same; the likelier one stays.
            token.likeliest().forEach(other -> byText.putIfAbsent(text(other), other.logprob()));
            return byText;
        }
    }

    private static String text(TokenLogprob token) {
        return new String(token.bytes(), UTF_8);
    }

    @Override
    public String idPrefix() {
        return "cmpl-";
    }

    @Override
    public String object() {
        return "text_completion";
    }

    @Override
    public String pieceObject() {
        return object();
    }

    @Override
    public Object choice(int index, Answer answer) {
        return new Choice(index, answer.text(), Logprobs.of(answer.logprobs()), ReplyForm.reason(answer.finish()));
    }

    @Override
    public Optional<Object> begin(int index) {
        return Optional.empty();
    }

    @Override
    public Object piece(int index, Delta delta) {
        return new Choice(index, delta.text(), Logprobs.of(delta.logprobs()), null);
    }

    @Override
    public Object end(int index, Finish finish) {
        return new Choice(index, "", null, ReplyForm.reason(finish));
    }
}
