package dev.icmlora.function.serving;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import io.restassured.http.ContentType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.generator.Installation;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.ModelOptions;
import dev.icmlora.llama.TokenBatch;

/// The adapter that a client downloads is the adapter that served it.
@QuarkusTest
class ExportedAdapterTest {

    private static final String DESCRIPTION = "Write the plural of the word.";
    private static final int MAX_TOKENS = 16;

    @ParameterizedTest
    @ValueSource(strings = {"dog", "knife", "woman"})
    void theDownloadIsNamedByItsHashAndGivesTheSameGreedyAnswer(String input) throws Exception {
        var reply = given().contentType(ContentType.JSON)
                .body(Map.of(
                        "task",
                        Map.of("description", DESCRIPTION),
                        "inputs",
                        List.of(input),
                        "mode",
                        "adapter",
                        "max_tokens",
                        MAX_TOKENS))
                .post("/generate")
                .then()
                .statusCode(200)
                .extract()
                .jsonPath();
        var id = reply.getString("adapter.id");

        var download = given().get("/adapters/{id}", id)
                .then()
                .statusCode(200)
                .contentType("application/x-gguf")
                .header("ETag", "\"" + id + "\"")
                .extract()
                .asByteArray();

        assertThat("sha256:" + sha256(download)).isEqualTo(id);
        assertThat(download).hasSize(reply.getInt("adapter.bytes"));
        assertThat(List.of(answer(download, input))).isEqualTo(reply.getList("outputs"));
    }

    @Test
    void aClientThatHasItIsToldSo() {
        var id = given().contentType(ContentType.JSON)
                .body(Map.of("task", Map.of("description", DESCRIPTION)))
                .post("/adapter")
                .then()
                .extract()
                .<String>path("id");

        given().header("If-None-Match", "\"" + id + "\"")
                .get("/adapters/{id}", id)
                .then()
                .statusCode(304);
    }

    private static String sha256(byte[] bytes) throws Exception {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    }

    /// The greedy answer of another model and context, with the file loaded as an ordinary adapter.
    private static String answer(byte[] adapterFile, String input) {
        var options = new ContextOptions(512, 512, 512, 1, 1, false, true);
        try (var model = LlamaModel.load(Installation.ofThisProcess().model(), ModelOptions.DEFAULT);
                var context = LlamaContext.create(model, options);
                var adapter = LoraAdapter.load(model, adapterFile);
                var batch = TokenBatch.allocate(512, 1)) {
            adapter.attach(context, 1);
            var prompt = PromptFormat.of(model).query(DESCRIPTION, List.of(), input);
            return answer(model, context, batch, prompt.tokens());
        }
    }

    private static String answer(LlamaModel model, LlamaContext context, TokenBatch batch, int[] prompt) {
        var last = -1;
        for (var position = 0; position < prompt.length; position++) {
            last = batch.add(prompt[position], position, 0, position == prompt.length - 1);
        }
        var answer = new ArrayList<Integer>();
        for (var position = prompt.length; answer.size() < MAX_TOKENS; position++) {
            context.decode(batch);
            var token = likeliest(context.logits(last));
            if (model.vocabulary().isEndOfGeneration(token)) {
                break;
            }
            answer.add(token);
            batch.clear();
            last = batch.add(token, position, 0, true);
        }
        return model.vocabulary()
                .detokenize(answer.stream().mapToInt(Integer::intValue).toArray());
    }

    private static int likeliest(float[] logits) {
        var best = 0;
        for (var token = 1; token < logits.length; token++) {
            best = logits[token] > logits[best] ? token : best;
        }
        return best;
    }
}
