package dev.icmlora.function.service;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.ToDoubleBiFunction;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.selection.Opinion;
import dev.icmlora.engine.selection.ReviewedAnswers;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Finish;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.AnswerDetail;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.schema.SchemaGrammar;
import dev.icmlora.llama.SamplingOptions;

/// The form that a request wants its answers in: a text, one of some labels, or JSON by a schema; and from
/// which confidence on.
///
/// @param grammar of the schema
record AnswerForm(GenerateRequest request, Optional<String> grammar) {

    private static final String SCHEMA = "/schema";
    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /// @throws dev.icmlora.function.error.RequestException if its schema cannot be followed
    static AnswerForm of(GenerateRequest request) {
        var grammar = Optional.ofNullable(request.schema()).map(schema -> SchemaGrammar.of(schema, SCHEMA));
        // Refused here, before anything is computed.
        grammar.ifPresent(text -> SchemaGrammar.keep(SamplingOptions.GREEDY, text, SCHEMA));
        return new AnswerForm(request, grammar);
    }

    /// What the engine is asked for.
    ///
    /// @throws dev.icmlora.function.error.RequestException if its labels cannot be told apart
    /// by their tokens
    Wanted wanted(Tenant tenant, Engine engine) {
        if (isLabel()) {
            return new Choosing(LabelTokens.of(request.labels(), engine), AnswerListener.NONE, tenant.id());
        }
        var sampling = SamplingOptions.GREEDY
                .withTemperature(request.temperature().floatValue())
                .withSeed(request.seed());
        var kept = grammar.map(text -> SchemaGrammar.keep(sampling, text, SCHEMA));
        var logprobs = request.wantsConfidence() ? OptionalInt.of(0) : OptionalInt.empty();
        return new Decoding(
                kept.orElse(sampling),
                request.maxTokens(),
                // What ends an answer of running text may stand inside JSON.
                grammar.isPresent() ? request.stop() : engine.stops(request.stop()),
                logprobs,
                false,
                AnswerListener.NONE,
                tenant.id());
    }

    /// Whether an answer is one of some labels.
    boolean isLabel() {
        return request.labels() != null;
    }

    /// Whether the likeliest answer is taken, and none is drawn.
    boolean isGreedy() {
        return request.temperature() == 0;
    }

    /// Whether nothing but the model and its labels had a say in an answer: a label, or the likeliest text, and whole.
    private boolean isFree(Answer answer) {
        return grammar.isEmpty() && isGreedy() && request.stop().isEmpty() && answer.finish() == Finish.STOP;
    }

    /// What the reply says of the answers; null where nothing was asked.
    ///
    /// @param curve fitted to such answers of what serves; empty where the model's own probability is all there is
    List<AnswerDetail> details(ReviewedAnswers answers, Optional<ToDoubleBiFunction<Answer, Opinion>> curve) {
        var asked = request.wantsConfidence() || isLabel() || grammar.isPresent();
        return asked
                ? IntStream.range(0, answers.opinions().size())
                        .mapToObj(i -> detail(
                                answers.answers().answers().get(i),
                                answers.opinions().get(i),
                                curve))
                        .toList()
                : null;
    }

    private AnswerDetail detail(Answer answer, Opinion opinion, Optional<ToDoubleBiFunction<Answer, Opinion>> curve) {
        var probabilities = answer.labels().isEmpty() ? null : answer.labels();
        var second = opinion == Opinion.NONE ? null : opinion.name().toLowerCase(Locale.ROOT);
        if (!request.wantsConfidence() && !isLabel()) {
            return new AnswerDetail(null, null, probabilities, second, incomplete(answer));
        }
        var fitted = fitted(answer, opinion, curve);
        var confidence = fitted.orElseGet(() -> answer.probability().orElseThrow());
        return new AnswerDetail(confidence, fitted.isPresent(), probabilities, second, reason(answer, confidence));
    }

    /// How sure the answers are together: the mean over all of them.
    ///
    /// @param curve fitted to such answers of what serves, if there is one
    /// @param ofTask for an answer that the curve was not fitted to
    double confidence(ReviewedAnswers answers, Optional<ToDoubleBiFunction<Answer, Opinion>> curve, double ofTask) {
        return IntStream.range(0, answers.opinions().size())
                .mapToDouble(i -> fitted(
                                answers.answers().answers().get(i),
                                answers.opinions().get(i),
                                curve)
                        .orElse(ofTask))
                .average()
                .orElse(ofTask);
    }

    private Optional<Double> fitted(
            Answer answer, Opinion opinion, Optional<ToDoubleBiFunction<Answer, Opinion>> curve) {
        return curve.filter(_ -> isFree(answer)).map(of -> of.applyAsDouble(answer, opinion));
    }

    private String incomplete(Answer answer) {
        if (grammar.isPresent() && answer.finish() == Finish.LENGTH && !isWhole(answer.text())) {
            return "the JSON was not complete after max_tokens %d".formatted(request.maxTokens());
        }
        return null;
    }

    /// A number never is: it might have had more digits.
    private static boolean isWhole(String json) {
        try {
            var value = JSON.readTree(json);
            return !value.isNumber() && !value.isMissingNode();
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    private String reason(Answer answer, double confidence) {
        var incomplete = incomplete(answer);
        var least = request.abstainBelow();
        return incomplete == null && least != null && confidence < least
                ? "confidence %s is below %s".formatted(confidence, least)
                : incomplete;
    }

    /// The texts; null where the details have a reason for none.
    static List<String> outputs(List<Answer> answers, List<AnswerDetail> details) {
        return IntStream.range(0, answers.size())
                .mapToObj(i -> details != null && details.get(i).reason() != null
                        ? null
                        : answers.get(i).text())
                .toList();
    }
}
