package dev.icmlora.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.core.JsonProcessingException;
import org.junit.jupiter.api.Test;

import dev.icmlora.client.IcmLoraException.FieldError;
import dev.icmlora.client.ScriptedServer.Reply;

/// What is sent for decisions, what is read of replies, and what is refused before.
class DecisionTest {

    enum Team {
        @JsonProperty("billing")
        BILLING,
        @JsonProperty("technical")
        TECHNICAL
    }

    enum Urgency {
        CAN_WAIT,
        THIS_WEEK,
        TODAY
    }

    record Ticket(String channel, String text) {}

    private static final Ticket TICKET = new Ticket("mail", "I was charged twice.");
    private static final Reply ALL = Reply.ok("""
            {"model": "m", "answers": {
             "team": {"type": "choice", "choice": "technical", "probabilities": {"billing": 0.25, "technical": 0.75},
              "confidence": 0.5},
             "urgency": {"type": "score", "score": 1.5, "legend": {"0": "CAN_WAIT", "1": "soon", "2": "TODAY"},
              "probabilities": {"0": 0.125, "1": 0.25, "2": 0.625}, "confidence": 0.4375},
             "angry": {"type": "noul", "noul": 0.25}}}""");

    private static DecisionBuilder about(ScriptedServer server, Object state) {
        return IcmLoraClient.of(server.address()).decide(state);
    }

    private static Question<Boolean> three(ScriptedServer server) {
        return about(server, TICKET)
                .choice("team", Team.class)
                .asks("Which team answers it?")
                .option(Team.BILLING, "Payments and refunds")
                .example("Where is my money?", Team.BILLING)
                .example(new Ticket("chat", "The page stays white."), Team.TECHNICAL)
                .score("urgency", Urgency.class)
                .asks("How urgent is it?")
                .option(Urgency.THIS_WEEK, "soon")
                .example("Fire!", Urgency.TODAY)
                .yesNo("angry")
                .asks("Is the customer angry?")
                .example("Thank you!", false);
    }

    @Test
    void eachQuestionIsSentAsTheSystemOneApiHasIt() throws IOException {
        try (var server = new ScriptedServer(ALL)) {
            three(server).answers();

            var sent = server.received().getFirst();
            assertThat(sent.method() + " " + sent.path()).isEqualTo("POST /v1/systemone");
            assertThat(sent.body()).isEqualTo(json("""
                    {"model": "Any",
                     "state": {"channel": "mail", "text": "I was charged twice."},
                     "questions": {
                      "team": {"type": "choice", "instructions": "Which team answers it?",
                       "examples": [{"state": "Where is my money?", "answer": "billing"},
                                    {"state": {"channel": "chat", "text": "The page stays white."}, "answer": "technical"}],
                       "criteria": {"billing": "Payments and refunds", "technical": null}},
                      "urgency": {"type": "score", "instructions": "How urgent is it?",
                       "examples": [{"state": "Fire!", "answer": 2}],
                       "criteria": ["CAN_WAIT", "soon", "TODAY"]},
                      "angry": {"type": "noul", "instructions": "Is the customer angry?",
                       "examples": [{"state": "Thank you!", "answer": false}]}}}"""));
        }
    }

    private static Object json(String text) throws JsonProcessingException {
        return Json.MAPPER.readTree(text);
    }

    @Test
    void answersAreOfTheTypeOfTheirOptions() throws IOException {
        try (var server = new ScriptedServer(ALL)) {
            var decisions = three(server).answers();

            var team = decisions.of("team", Team.class);
            assertThat(team.value()).isEqualTo(Team.TECHNICAL);
            assertThat(team.probability()).isEqualTo(0.75);
            assertThat(team.probabilities())
                    .containsExactly(Map.entry(Team.BILLING, 0.25), Map.entry(Team.TECHNICAL, 0.75));
            assertThat(team.confidence()).isEqualTo(0.5);
            assertThat(team.score()).isEmpty();

            var urgency = decisions.of("urgency", Urgency.class);
            assertThat(urgency.value()).isEqualTo(Urgency.TODAY);
            assertThat(urgency.score()).hasValue(1.5);
            assertThat(urgency.confidence()).isCloseTo(0.4375, within(1e-9));

            var angry = decisions.of("angry", Boolean.class);
            assertThat(angry.value()).isFalse();
            assertThat(angry.probabilities()).isEqualTo(Map.of(true, 0.25, false, 0.75));
            assertThat(angry.confidence()).isEqualTo(0.5);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> decisions.of("team", Urgency.class))
                    .withMessageContaining("'TECHNICAL', which is no ");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> decisions.of("colour", Team.class))
                    .withMessage("There is no question 'colour' among [team, urgency, angry]");
        }
    }

    @Test
    void labelsMayBeTextsAndAFunctionMayAnswer() throws IOException {
        var reply = Reply.ok("""
                {"answers": {"team": {"probabilities": {"billing": 0.9, "technical": 0.1}}}}""");
        try (var server = new ScriptedServer(reply)) {
            var team = about(server, "Where is my money?")
                    .choice("team", List.of("billing", "technical"))
                    .function("team@3")
                    .answer();

            assertThat(team.value()).isEqualTo("billing");
            assertThat(server.received().getFirst().body().at("/questions/team"))
                    .isEqualTo(json("""
                    {"type": "choice", "function": "team@3", "criteria": {"billing": null, "technical": null}}"""));
        }
    }

    @Test
    void whatCannotBeAskedIsNotSent() throws IOException {
        try (var server = new ScriptedServer()) {
            var builder = about(server, "a");
            var team = builder.choice("team", List.of("billing", "technical"));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.yesNo("team"))
                    .withMessage("There are two questions 'team'");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.score("level", List.of("low", "high", "low")))
                    .withMessage("There are two labels 'low'");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.choice("count", Integer.class))
                    .withMessage("java.lang.Integer is no enum");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> team.example("a", "sales"))
                    .withMessage("'sales' is none of [billing, technical]");
            assertThatIllegalArgumentException().isThrownBy(() -> team.function("Team"));
            assertThatThrownBy(() -> about(server, null)).isInstanceOf(NullPointerException.class);
            assertThat(server.received()).isEmpty();
        }
    }

    @Test
    void whatIsWrongIsSaidFieldByField() throws IOException {
        var fields = new Reply(422, null, """
                {"detail": [{"loc": ["body", "questions", "a/b", "criteria"], "msg": "first", "type": "value_error"},
                            {"loc": ["body", "state"], "msg": "second", "type": "value_error"}]}""");
        var sentence = new Reply(404, null, "{\"detail\": \"There is no function urgency\"}");
        try (var server = new ScriptedServer(fields, sentence, Reply.ok("{\"answers\": {}}"))) {
            var question = about(server, "a").yesNo("angry");

            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(question::answer)
                    .withMessage("422 The request is not valid: first; second")
                    .satisfies(e -> assertThat(e.errors())
                            .extracting(FieldError::field)
                            .containsExactly("/questions/a~1b/criteria", "/state"));
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(question::answer)
                    .withMessage("404 The request failed: There is no function urgency");
            assertThatExceptionOfType(IcmLoraException.class)
                    .isThrownBy(question::answer)
                    .withMessageContaining("the answer to 'angry' has no probability of 'true'");
        }
    }
}
