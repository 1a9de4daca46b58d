package dev.icmlora.function.http;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonUnwrapped;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.quarkus.funqy.Funq;
import io.quarkus.runtime.annotations.RegisterForReflection;
import jakarta.ws.rs.HttpMethod;
import org.junit.jupiter.api.Test;

import dev.icmlora.adapters.TuningResource;
import dev.icmlora.events.JobStatus;
import dev.icmlora.events.Source;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateRequest.AnswerKind;
import dev.icmlora.function.api.Mode;
import dev.icmlora.function.api.Tune;
import dev.icmlora.function.error.StrictReading;

/// `META-INF/openapi.yaml`, of which the build makes `/openapi.json`, has the routes and fields that there are, and
/// no others. `OpenApiTest` asks the function whether it answers as described.
class DescriptionTest {

    private static final String OURS = "dev.icmlora.";
    private static final List<Class<?>> CLASSES = new ClassFileImporter()
                    .withImportOption(new ImportOption.DoNotIncludeTests())
                    .importPackages(
                            OURS + "function",
                            OURS + "openai",
                            OURS + "decisions",
                            OURS + "events",
                            OURS + "learning",
                            OURS + "adapters")
                    .stream()
                    .filter(type -> !type.getPackageName().endsWith(".graal"))
                    .<Class<?>>map(JavaClass::reflect)
                    .toList();

    /// Schemas that are not called after their record.
    private static final Map<String, String> NAMES = Map.ofEntries(
            Map.entry("Task", "function.api.TaskBody"),
            Map.entry("Example", "function.api.TaskBody$ExampleBody"),
            Map.entry("FunctionEntry", "function.api.FunctionList$Entry"),
            Map.entry("JobEntry", "events.JobList$Entry"),
            Map.entry("OpenAiErrorDetail", "openai.OpenAiError$Detail"),
            Map.entry("ChatCompletion", "openai.ReplyForm$Body"),
            Map.entry("ChatChoice", "openai.ChatForm$Choice"),
            Map.entry("ChatAnswer", "openai.ChatForm$Message"),
            Map.entry("ChatLogprobs", "openai.ChatForm$Logprobs"),
            Map.entry("Completion", "openai.ReplyForm$Body"),
            Map.entry("CompletionChoice", "openai.CompletionForm$Choice"),
            Map.entry("CompletionLogprobs", "openai.CompletionForm$Logprobs"),
            Map.entry("ChoiceProbability", "decisions.OpenAiDecisions$OfChoice"),
            Map.entry("DecisionChoice", "decisions.OpenAiDecisions$Choice"),
            Map.entry("DecisionPredicate", "decisions.OpenAiDecisions$Predicate"),
            Map.entry("DecisionReply", "decisions.OpenAiDecisions$Reply"),
            Map.entry("DecisionScore", "decisions.OpenAiDecisions$Score"),
            Map.entry("DecisionTokens", "decisions.OpenAiDecisions$Tokens"),
            Map.entry("LevelProbability", "decisions.OpenAiDecisions$OfLevel"),
            Map.entry("SystemOneChoice", "decisions.SystemOne$Choice"),
            Map.entry("SystemOneErrorDetail", "decisions.SystemOneError$Detail"),
            Map.entry("SystemOneReply", "decisions.SystemOne$Reply"),
            Map.entry("SystemOneScore", "decisions.SystemOne$Score"),
            Map.entry("SystemOneTokens", "decisions.SystemOne$Tokens"),
            Map.entry("Embedding", "openai.EmbeddingList$Entry"),
            Map.entry("EmbeddingTokens", "openai.EmbeddingList$Tokens"));

    /// Bodies that no record stands for: they are read field by field, or are the formats of others.
    private static final Set<String> WITHOUT_A_RECORD = Set.of(
            "ChatRequest",
            "CloudEvent",
            "CompletionRequest",
            "DecisionMessage",
            "DecisionPart",
            "DecisionRequest",
            "EmbeddingRequest",
            "Event",
            "EventCounts",
            "Health",
            "JobRequest",
            "Message",
            "PubSubPush",
            "S3Notification",
            "Sampling",
            "SystemOneRequest");

    /// What is a string on the wire, or described within the job's request.
    private static final Set<Class<?>> WITHOUT_A_SCHEMA = Set.of(FunctionName.class, Source.class);

    /// What no resource and no function of Funqy's serves: Quarkus does, or a filter.
    private static final Set<String> OTHER_ROUTES = Set.of(
            "GET /",
            "OPTIONS /",
            "POST /",
            "GET /q/health/live",
            "GET /q/health/ready",
            "GET /q/health/started",
            "GET /q/metrics");

    /// MCP describes itself, and requests come to the other by `POST /adapter`.
    private static final Set<String> NOT_DESCRIBED = Set.of("POST /mcp", "POST " + TuningResource.PATH);

    static JsonNode description() throws IOException {
        try (var file = DescriptionTest.class.getResourceAsStream("/META-INF/resources/openapi.json")) {
            return new ObjectMapper().readTree(file);
        }
    }

    @Test
    void everyRouteIsDescribedAndNoOther() throws IOException {
        var described = description().get("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .map(operation -> operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey()))
                .collect(toSet());
        var served = new TreeSet<>(OTHER_ROUTES);
        CLASSES.forEach(type -> routes(type).forEach(served::add));
        served.removeAll(NOT_DESCRIBED);

        assertThat(described).containsExactlyInAnyOrderElementsOf(served);
    }

    private static Stream<String> routes(Class<?> type) {
        var at = path(type.getAnnotation(jakarta.ws.rs.Path.class));
        return Arrays.stream(type.getDeclaredMethods())
                .flatMap(method -> Stream.concat(
                        Stream.ofNullable(method.getAnnotation(Funq.class))
                                .filter(function -> function.value().isEmpty())
                                .map(_ -> "POST /" + method.getName()),
                        httpMethod(method)
                                .map(http -> http + " " + at + path(method.getAnnotation(jakarta.ws.rs.Path.class)))
                                .stream()));
    }

    private static String path(jakarta.ws.rs.Path annotation) {
        return annotation == null ? "" : annotation.value();
    }

    private static Optional<String> httpMethod(Method method) {
        return Arrays.stream(method.getAnnotations())
                .map(Annotation::annotationType)
                .map(type -> type.getAnnotation(HttpMethod.class))
                .flatMap(Stream::ofNullable)
                .map(HttpMethod::value)
                .findFirst();
    }

    @Test
    void everyFieldOfARecordIsDescribedAndNoOther() throws IOException {
        var records = records();

        for (var schema : description().at("/components/schemas").properties()) {
            var fields = schema.getValue().path("properties");
            if (fields.isMissingNode() || WITHOUT_A_RECORD.contains(schema.getKey())) {
                continue;
            }
            assertThat(records).as("the record of a schema").containsKey(schema.getKey());
            assertThat(names(fields))
                    .as(schema.getKey())
                    .containsExactlyInAnyOrderElementsOf(fields(records.get(schema.getKey())));
        }
    }

    @Test
    void everyRecordOfARequestOrReplyIsDescribed() throws IOException {
        var schemas = names(description().at("/components/schemas"));
        var described = records().entrySet().stream()
                .filter(entry -> schemas.contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .collect(toSet());

        assertThat(CLASSES.stream()
                        .filter(Class::isRecord)
                        .filter(type -> isOf("function.api", type) || isOf("events", type) && isPublic(type))
                        .filter(type -> !WITHOUT_A_SCHEMA.contains(type)))
                .isSubsetOf(described);
    }

    @Test
    void everyValueOfAnEnumIsDescribedAndNoOther() throws IOException {
        var schemas = description().at("/components/schemas");

        assertThat(schemas.at("/Mode/enum")).isEqualTo(StrictReading.JSON.valueToTree(Mode.values()));
        assertThat(schemas.at("/AnswerKind/enum")).isEqualTo(StrictReading.JSON.valueToTree(AnswerKind.values()));
        assertThat(schemas.at("/When/enum")).isEqualTo(StrictReading.JSON.valueToTree(Tune.When.values()));
        assertThat(schemas.at("/State/enum")).isEqualTo(StrictReading.JSON.valueToTree(JobStatus.State.values()));
    }

    /// By the names of their schemas.
    private static Map<String, Class<?>> records() {
        Map<String, Class<?>> records = CLASSES.stream()
                .filter(Class::isRecord)
                .filter(type -> isOf("function.api", type) || isRegistered(type))
                .collect(toMap(type -> type.getName().substring(OURS.length()), type -> type));
        var bySchema = new TreeMap<String, Class<?>>();
        records.values().stream()
                .filter(type -> !NAMES.containsValue(type.getName().substring(OURS.length())))
                .forEach(type ->
                        assertThat(bySchema.put(type.getSimpleName(), type)).isNull());
        NAMES.forEach((schema, name) -> bySchema.put(schema, records.get(name)));
        CLASSES.stream()
                .filter(type -> type.isRecord() && type.getPackageName().equals("dev.icmlora.learning"))
                .forEach(type -> bySchema.put(type.getSimpleName(), type));
        return bySchema;
    }

    private static boolean isOf(String of, Class<?> type) {
        return type.getPackageName().equals(OURS + of);
    }

    private static boolean isPublic(Class<?> type) {
        return Modifier.isPublic(type.getModifiers());
    }

    /// As having a JSON form, by itself or by the class around it.
    private static boolean isRegistered(Class<?> type) {
        return type != null
                && (type.isAnnotationPresent(RegisterForReflection.class) || isRegistered(type.getEnclosingClass()));
    }

    private static Set<String> fields(Class<?> type) {
        return Arrays.stream(type.getRecordComponents())
                .flatMap(component -> component.getAccessor().isAnnotationPresent(JsonUnwrapped.class)
                        ? fields(component.getType()).stream()
                        : Stream.of(SnakeCaseStrategy.INSTANCE.translate(component.getName())))
                .collect(toSet());
    }

    private static Set<String> names(JsonNode object) {
        var names = new TreeSet<String>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }
}
