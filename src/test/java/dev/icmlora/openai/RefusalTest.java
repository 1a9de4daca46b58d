package dev.icmlora.openai;

import static dev.icmlora.function.Requests.chat;
import static dev.icmlora.function.Requests.completion;
import static dev.icmlora.function.Requests.json;
import static dev.icmlora.function.Requests.post;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.allOf;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.notNullValue;
import static org.hamcrest.Matchers.nullValue;

import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.Requests;

/// Errors have OpenAI's form and name the field.
@QuarkusTest
class RefusalTest {

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "model              | null                                      | model",
                "model              | 7                                         | model",
                "messages           | []                                        | messages",
                "messages           | 'x'                                       | messages",
                "messages           | [{'role':'user'}]                         | messages[0].content",
                "messages           | [{'role':'tool','content':'x'}]           | messages[0].role",
                "messages           | [{'role':'user','content':3}]             | messages[0].content",
                "messages           | [{'role':'user','content':[{'type':'image_url'}]}] | messages[0].content[0].type",
                "messages           | [7]                                       | messages[0]",
                "temperature        | 2.5                                       | temperature",
                "temperature        | 'hot'                                     | temperature",
                "temperature        | 1e999                                     | temperature",
                "top_p              | -1                                        | top_p",
                "max_tokens         | 0                                         | max_tokens",
                "max_tokens         | 1.5                                       | max_tokens",
                "max_tokens         | 99999999999                               | max_tokens",
                "n                  | 100                                       | n",
                "seed               | 1e40                                      | seed",
                "stop               | ['a','b','c','d','e','f','g','h','i']     | stop",
                "stop               | ['']                                      | stop[0]",
                "stream             | 'yes'                                     | stream",
                "stream_options     | 'all'                                     | stream_options",
                "tools              | [{'type':'function'}]                     | tools",
                "logit_bias         | {'1':2}                                   | logit_bias",
                "audio              | {'voice':'x'}                             | audio",
                "modalities         | ['text','audio']                          | modalities",
                "top_logprobs       | 3                                         | top_logprobs",
                "response_format    | {'type':'xml'}                            | response_format.type",
                "response_format    | {'type':'json_schema'}                    | response_format.json_schema",
                "labels             | 'yes'                                     | labels",
                "labels             | ['yes']                                   | labels",
                "labels             | ['yes', 'yes']                            | labels[1]",
                "labels             | ['yes', 7]                                | labels[1]",
                "labels             | ['yes', '\\u0013']                       | labels[1]",
                "task               | 'plural'                                  | task",
                "task               | {}                                        | task",
                "task               | {'describtion':'x'}                       | task.describtion",
            })
    void aWrongFieldIsNamed(String field, String value, String param) {
        var node = json(value.replace('\'', '"'));
        post("/v1/chat/completions", with(chat("hi"), field, node))
                .statusCode(400)
                .contentType(ContentType.JSON)
                .body("error.type", equalTo("invalid_request_error"))
                .body("error.param", equalTo(param))
                .body("error.message", notNullValue());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "{'type':'string','pattern':'a'}                        | pattern",
                "{'type':'string','format':'date'}                      | format",
                "{'type':'integer','minimum':3}                         | minimum",
                "{'type':'object','properties':{'a':{'oneOf':[]}}}      | properties.a.oneOf",
                "{'type':'object','additionalProperties':{'type':'null'}} | additionalProperties",
                "{'type':'array','maxItems':5000}                       | maxItems",
                "{'type':'array','minItems':3,'maxItems':2}             | maxItems",
                "{'type':'car'}                                         | type",
                "{'$ref':'#/$defs/none'}                                | $ref",
                "{'$ref':'#'}                                           | $ref.$ref",
                "{'enum':[]}                                            | enum",
            })
    void aSchemaThatCannotBeKeptIsRefusedByKeyword(String schema, String at) {
        var format = Map.of(
                "type", "json_schema", "json_schema", Map.of("name", "x", "schema", json(schema.replace('\'', '"'))));

        post("/v1/chat/completions", with(chat("hi"), "response_format", format))
                .statusCode(400)
                .body("error.param", equalTo("response_format.json_schema.schema." + at));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            value = {
                "n               | 2                        | n",
                "logprobs        | true                     | logprobs",
                "stop            | 'a'                      | stop",
                "response_format | {'type':'json_object'}   | labels",
            })
    void labelsAreNotSampled(String field, String value, String param) {
        var body = with(chat("hi"), "labels", json("[\"yes\", \"no\"]"));
        post("/v1/chat/completions", with(body, field, json(value.replace('\'', '"'))))
                .statusCode(400)
                .body("error.param", equalTo(param));
    }

    @ParameterizedTest
    @CsvSource({"suffix,x", "labels,x", "echo,true", "best_of,3", "logprobs,30"})
    void completionsRefuseWhatTheyCannotDo(String field, String value) {
        var typed = json(value.equals("x") ? "\"x\"" : value);
        post("/v1/completions", with(completion("hi"), field, typed))
                .statusCode(400)
                .body("error.param", equalTo(field));
    }

    @Test
    void tokensAreNoPrompt() {
        post("/v1/completions", with(completion("hi"), "prompt", json("[1, 2, 3]")))
                .statusCode(400)
                .body("error.param", equalTo("prompt[0]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"gpt-4", "sha256:0000000000000000000000000000000000000000000000000000000000000000"})
    void anUnknownModelIsToldTheKnownOnes(String model) {
        post("/v1/chat/completions", with(chat("hi"), "model", model))
                .statusCode(404)
                .body("error.code", equalTo("model_not_found"))
                .body("error.message", allOf(containsString(model), containsString(Requests.BASE)));
        given().get("/v1/models/" + model).then().statusCode(404).body("error.code", equalTo("model_not_found"));
    }

    @Test
    void anAdapterTakesNoTask() {
        var id = "sha256:" + "0".repeat(64);
        post("/v1/chat/completions", with(with(chat("hi"), "model", id), "task", Map.of("description", "Say it.")))
                .statusCode(400)
                .body("error.param", equalTo("task"));
    }

    @Test
    void aChatLongerThanTheContextIsToldBothNumbers() {
        post("/v1/chat/completions", chat("word ".repeat(5000)))
                .statusCode(400)
                .body("error.param", equalTo("messages"))
                .body("error.message", allOf(containsString("4096"), containsString("5001 tokens and more")));
    }

    /// The model's vocabulary has no token for some control characters, and leaves them out.
    @Test
    void aTextWithoutTokensIsRefused() {
        post("/v1/completions", with(completion("hi"), "prompt", json("[\"hi\", \"\\u0013\\u0014\"]")))
                .statusCode(400)
                .body("error.param", equalTo("prompt"))
                .body("error.message", containsString("no tokens"));
    }

    @Test
    void aStreamThatCannotBeginIsAnError() {
        post("/v1/chat/completions", with(chat("word ".repeat(5000)), "stream", true))
                .statusCode(400)
                .contentType(ContentType.JSON)
                .body("error.param", equalTo("messages"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "7", "null", "{\"model\": \"x\"} {}", "{\"model\": 1, \"model\": 2}"})
    void aBodyThatIsNoObjectIsRefused(String body) {
        given().contentType(ContentType.JSON)
                .body(body)
                .post("/v1/chat/completions")
                .then()
                .statusCode(400)
                .body("error.type", equalTo("invalid_request_error"))
                .body("error.param", nullValue());
    }

    @Test
    void whatIsDeeperThanTheParserReadsIsRefused() {
        given().contentType(ContentType.JSON)
                .body("[".repeat(1001))
                .post("/v1/chat/completions")
                .then()
                .statusCode(400)
                .body("error.message", containsString("nesting depth"));
    }

    @Test
    void pathsAndMethodsAreOpenAiErrorsToo() {
        given().get("/v1/nothing").then().statusCode(404).body("error.type", equalTo("invalid_request_error"));
        given().get("/v1/chat/completions")
                .then()
                .statusCode(405)
                .header("Allow", "POST")
                .body("error.message", notNullValue());
        given().contentType(ContentType.JSON)
                .body("\"" + "x".repeat(1 << 21) + "\"")
                .post("/v1/chat/completions")
                .then()
                .statusCode(413)
                .body("error.message", containsString("1048576"));
        given().contentType(ContentType.TEXT)
                .body("{}")
                .post("/v1/chat/completions")
                .then()
                .statusCode(400)
                .body("error.message", containsString("application/json"));
    }
}
