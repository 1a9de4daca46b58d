package dev.icmlora.function.service;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.stream.IntStream;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;

import dev.icmlora.engine.Engine;
import dev.icmlora.engine.auto.AutoMode.Plan;
import dev.icmlora.engine.auto.ReviewedAnswer;
import dev.icmlora.engine.auto.ReviewedAnswer.Opinion;
import dev.icmlora.engine.worker.Answer;
import dev.icmlora.engine.worker.Answer.Finish;
import dev.icmlora.engine.worker.AnswerListener;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Labels;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.engine.worker.Words;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.GenerateReply.AnswerDetail;
import dev.icmlora.function.api.GenerateReply.Selection;
import dev.icmlora.function.api.GenerateReply.Span;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.api.GenerateRequest.AnswerKind;
import dev.icmlora.function.error.Violation;
import dev.icmlora.function.error.Violations;
import dev.icmlora.function.schema.SchemaGrammar;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// The form that a request wants its answers in: a text, one of some labels, a piece of the input, or JSON by a
/// schema; and from which confidence on.
///
/// @param grammar of the schema
record AnswerForm(GenerateRequest request, Optional<String> grammar, Optional<Abstention> abstention) {

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    /// Which answers are left out: `abstain_below` of a request.
    ///
    /// @param value the least confidence of an answer that is kept; of a risk, the share of those kept that may be
    /// wrong
    record Abstention(double value, boolean isRisk) {

        /// The field of a request.
        static final String FIELD = "/abstain_below";

        private static final String RISK = "risk";

        /// The least confidence of an answer that is kept.
        private double threshold(Plan plan) {
            return isRisk ? plan.threshold(value) : value;
        }

        /// What a request says.
        ///
        /// @param value a number from 0 to 1, or an object with a risk between them; null for none
        /// @return empty where it is null, or no such value
        static Optional<Abstention> read(JsonNode value, Violations violations) {
            if (value == null) {
                return Optional.empty();
            }
            if (value.isObject()) {
                return risk(value, violations);
            }
            if (!value.isNumber()) {
                var either = "a number, or an object with risk";
                violations.when(true, FIELD, either, Violation.shown(value), "must be " + either);
                return Optional.empty();
            }
            violations.range(FIELD, value.doubleValue(), 0, 1);
            return Optional.of(new Abstention(value.doubleValue(), false));
        }

        private static Optional<Abstention> risk(JsonNode object, Violations violations) {
            for (var each : object.properties()) {
                var name = each.getKey();
                var isOther = !name.equals(RISK);
                violations.when(isOther, FIELD + "/" + name, List.of(RISK), name, "is not a known field");
            }
            var field = FIELD + "/" + RISK;
            var risk = object.path(RISK);
            violations.when(risk.isMissingNode(), field, "a number", null, "is missing");
            if (!risk.isNumber()) {
                violations.when(!risk.isMissingNode(), field, "a number", Violation.shown(risk), "must be a number");
                return Optional.empty();
            }
            var share = risk.doubleValue();
            var isShare = share > 0 && share < 1;
            violations.when(
                    !isShare, field, "above 0, below 1", risk.asText(), "is %s, not between 0 and 1".formatted(share));
            return Optional.of(new Abstention(share, true));
        }
    }

    /// @throws dev.icmlora.function.error.RequestException if its schema cannot be followed
    static AnswerForm of(GenerateRequest request) {
        var grammar = Optional.ofNullable(request.schema()).map(schema -> SchemaGrammar.of(schema, "/schema"));
        return new AnswerForm(request, grammar, Abstention.read(request.abstainBelow(), new Violations()));
    }

    /// What the engine is asked for.
    ///
    /// @param task of the request, or of the adapter that it names
    /// @throws dev.icmlora.engine.request.UnusableInputException if its labels cannot be told apart by their tokens
    Wanted wanted(Tenant tenant, Task task, Engine engine) {
        if (isSpan()) {
            var examples = task.examples().stream().map(Example::output).toList();
            return Extracting.of(
                    request.inputs(),
                    examples,
                    engine.format(),
                    engine.contextTokens(),
                    AnswerListener.NONE,
                    tenant.id());
        }
        if (isLabel()) {
            var labels = Labels.of(request.labels(), engine.format(), engine.contextTokens());
            return new Choosing(labels, AnswerListener.NONE, tenant.id());
        }
        var sampling = SamplingOptions.GREEDY
                .withTemperature(request.temperature().floatValue())
                .withSeed(request.seed());
        var logprobs = request.wantsConfidence() ? OptionalInt.of(0) : OptionalInt.empty();
        return new Decoding(
                grammar.map(sampling::withGrammar).orElse(sampling),
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

    private boolean isSpan() {
        return request.answer() == AnswerKind.SPAN;
    }

    /// Whether nothing but the model and its labels had a say in an answer: a label, or the likeliest text, and
    /// whole.
    private boolean isFree(Answer answer) {
        return grammar.isEmpty()
                && request.temperature() == 0
                && request.stop().isEmpty()
                && answer.finish() == Finish.STOP;
    }

    /// The least confidence of an answer that is kept; empty where all are.
    OptionalDouble threshold(Plan plan) {
        return abstention.stream().mapToDouble(each -> each.threshold(plan)).findFirst();
    }

    /// What the reply says of the answers; null where nothing was asked.
    ///
    /// @param answers one for each input
    /// @param threshold as in [#threshold]
    List<AnswerDetail> details(List<ReviewedAnswer> answers, OptionalDouble threshold) {
        var asked = request.wantsConfidence() || isLabel() || isSpan() || grammar.isPresent();
        return asked
                ? IntStream.range(0, answers.size())
                        .mapToObj(i -> detail(request.inputs().get(i), answers.get(i), threshold))
                        .toList()
                : null;
    }

    private AnswerDetail detail(String input, ReviewedAnswer reviewed, OptionalDouble threshold) {
        var answer = reviewed.answer();
        var opinion = reviewed.opinion();
        var probabilities = isLabel() ? answer.labels() : null;
        var second = opinion == Opinion.NONE ? null : opinion.name().toLowerCase(Locale.ROOT);
        if (!request.wantsConfidence() && !isLabel() && !isSpan()) {
            return new AnswerDetail(null, null, null, null, second, incomplete(answer));
        }
        var fitted = fitted(reviewed);
        var confidence = fitted.orElseGet(() -> answer.probability().orElseThrow());
        var reason = Optional.ofNullable(incomplete(answer))
                .orElseGet(() -> unsure(confidence, fitted.isPresent(), threshold));
        var span = isSpan() && reason == null ? span(input, answer.text()) : null;
        return new AnswerDetail(confidence, fitted.isPresent(), probabilities, span, second, reason);
    }

    /// Where a span first stands; null for an empty one.
    private static Span span(String input, String span) {
        if (span.isEmpty()) {
            return null;
        }
        var start = input.codePointCount(0, Words.of(input).find(span).orElseThrow());
        return new Span(start, start + span.codePointCount(0, span.length()));
    }

    /// What was chosen, with how sure the answers are, and which of them are kept.
    Selection selection(Selection chosen, List<ReviewedAnswer> answers, OptionalDouble threshold) {
        var ofTask = chosen.confidence();
        Double sure = ofTask == null ? null : confidence(answers, ofTask);
        Double kept = keepsRisk() ? threshold.orElseThrow() : null;
        return chosen.with(sure, kept);
    }

    private boolean keepsRisk() {
        return abstention.filter(Abstention::isRisk).isPresent();
    }

    /// How sure the answers are together: the mean over all of them.
    ///
    /// @param ofTask for an answer of which nothing was fitted
    private double confidence(List<ReviewedAnswer> answers, double ofTask) {
        return answers.stream()
                .mapToDouble(answer -> fitted(answer).orElse(ofTask))
                .average()
                .orElse(ofTask);
    }

    private OptionalDouble fitted(ReviewedAnswer reviewed) {
        return isFree(reviewed.answer()) ? reviewed.confidence() : OptionalDouble.empty();
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

    private String unsure(double confidence, boolean isFitted, OptionalDouble threshold) {
        if (keepsRisk() && !isFitted) {
            return "confidence %s is not calibrated: how often such answers are right is not known"
                    .formatted(confidence);
        }
        return threshold.isPresent() && confidence < threshold.getAsDouble()
                ? "confidence %s is below %s".formatted(confidence, threshold.getAsDouble())
                : null;
    }

    /// The texts; null where the details have a reason for none.
    static List<String> outputs(List<ReviewedAnswer> answers, List<AnswerDetail> details) {
        return IntStream.range(0, answers.size())
                .mapToObj(i -> details != null && details.get(i).reason() != null
                        ? null
                        : answers.get(i).answer().text())
                .toList();
    }
}
