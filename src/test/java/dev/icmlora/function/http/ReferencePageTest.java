package dev.icmlora.function.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.WrittenTables;

/// The tables of `docs/api-reference.md` say what `META-INF/openapi.yaml` says. The comment above each names a tag, a
/// schema or a response of it.
class ReferencePageTest {

    private static final Path PAGE = Path.of("../docs/api-reference.md");

    /// Replies and events whose form others say.
    private static final Set<String> FORMS_OF_OTHERS = Set.of(
            "ChatAnswer",
            "ChatChoice",
            "ChatCompletion",
            "ChatLogprobs",
            "ChoiceProbability",
            "CloudEvent",
            "Completion",
            "CompletionChoice",
            "CompletionLogprobs",
            "DecisionChoice",
            "DecisionMessage",
            "DecisionPart",
            "DecisionPredicate",
            "DecisionReply",
            "DecisionRequest",
            "DecisionScore",
            "DecisionTokens",
            "Embedding",
            "EmbeddingList",
            "EmbeddingTokens",
            "Event",
            "Health",
            "InputTokens",
            "LevelProbability",
            "Model",
            "ModelList",
            "Noul",
            "OutputTokens",
            "PubSubPush",
            "S3Notification",
            "SystemOneChoice",
            "SystemOneError",
            "SystemOneErrorDetail",
            "SystemOneReply",
            "SystemOneRequest",
            "SystemOneScore",
            "SystemOneTokens",
            "Token",
            "Totals");

    @Test
    void saysWhatTheDescriptionSays() throws IOException {
        var tables = new InterfaceTables(DescriptionTest.description(), FORMS_OF_OTHERS);

        WrittenTables.check(
                PAGE,
                Map.of(
                        "routes", tables::routes,
                        "request", tables::request,
                        "reply", tables::reply,
                        "statuses", tables::statuses));
    }

    @Test
    void hasEveryRouteAndSchema() throws IOException {
        var page = Files.readString(PAGE);
        var description = DescriptionTest.description();

        for (var path : description.get("paths").properties()) {
            path.getValue()
                    .fieldNames()
                    .forEachRemaining(method -> assertThat(page)
                            .contains("| `" + method.toUpperCase(Locale.ROOT) + " " + path.getKey() + "` |"));
        }
        assertThat(description.at("/components/schemas").properties().stream()
                        .filter(schema -> schema.getValue().toString().contains("\"properties\""))
                        .map(Map.Entry::getKey)
                        .filter(Predicate.not(FORMS_OF_OTHERS::contains)))
                .isNotEmpty()
                .allSatisfy(name -> assertThat(page).containsPattern("<!-- re(quest|ply): " + name + " -->"));
    }
}
