package dev.icmlora.function.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.quarkus.runtime.annotations.RegisterForReflection;

import dev.icmlora.engine.worker.Delta;
import dev.icmlora.engine.worker.Finish;
import dev.icmlora.engine.worker.TokenLogprob;
import dev.icmlora.function.service.TextService.Reply;

/// Replies of `POST /v1/completions`; a piece of a stream looks like the whole.
@RegisterForReflection
final class CompletionForm implements ReplyForm {

    private static final String OBJECT = "text_completion";

    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Completion(
            String id,
            String object,
            long created,
            String model,
            List<Choice> choices,
            Totals usage,
            Extension icmLora) {}

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
    public Object whole(Head head, Reply reply) {
        var answers = reply.answers();
        var choices = IntStream.range(0, answers.size())
                .mapToObj(i -> new Choice(
                        i,
                        answers.get(i).text(),
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
        return Optional.empty();
    }

    @Override
    public Object piece(Head head, String model, int choice, Delta delta) {
        return chunk(head, model, new Choice(choice, delta.text(), Logprobs.of(delta.logprobs()), null));
    }

    @Override
    public Object end(Head head, String model, int choice, Finish finish) {
        return chunk(head, model, new Choice(choice, "", null, ReplyForm.reason(finish)));
    }

    private static Completion chunk(Head head, String model, Choice choice) {
        return new Completion(head.id(), OBJECT, head.created(), model, List.of(choice), null, null);
    }

    @Override
    public Object totals(Head head, Reply reply) {
        return new Completion(
                head.id(),
                OBJECT,
                head.created(),
                reply.model(),
                List.of(),
                Totals.of(reply.usage()),
                Extension.of(reply));
    }
}
