package dev.icmlora.client;

import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidDefinitionException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.victools.jsonschema.generator.CustomDefinition;
import com.github.victools.jsonschema.generator.FieldScope;
import com.github.victools.jsonschema.generator.Option;
import com.github.victools.jsonschema.generator.OptionPreset;
import com.github.victools.jsonschema.generator.SchemaGenerator;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfig;
import com.github.victools.jsonschema.generator.SchemaGeneratorConfigBuilder;
import com.github.victools.jsonschema.generator.SchemaVersion;
import com.github.victools.jsonschema.generator.impl.module.SimpleTypeModule;
import com.github.victools.jsonschema.module.jackson.JacksonModule;

/// The JSON schema of a type, as the function understands it: every property is there unless it is an
/// `Optional`, in the order of the type, and there are no others.
final class OutputSchema {

    private static final Set<Class<?>> OPTIONAL =
            Set.of(Optional.class, OptionalInt.class, OptionalLong.class, OptionalDouble.class);

    private OutputSchema() {}

    /// @throws IllegalArgumentException if there is none, or if Jackson could not read what follows it
    static ObjectNode of(Type type) {
        ObjectNode schema = schema(type);
        JsonNode sample = sample(type, schema, "");
        if (sample.isNull()) {
            throw refusal(type, "it has no values but null");
        }
        requireReadable(type, sample);
        return schema;
    }

    private static ObjectNode schema(Type type) {
        try {
            // A generator keeps what it does in itself, so each type has its own.
            return new SchemaGenerator(config()).generateSchema(type);
        } catch (IllegalArgumentException e) {
            throw refusal(type, "it is part of itself (" + e.getMessage() + ")");
        }
    }

    static IllegalArgumentException refusal(Type type, String why) {
        return new IllegalArgumentException(type.getTypeName() + " cannot be an output: " + why);
    }

    private static SchemaGeneratorConfig config() {
        SchemaGeneratorConfigBuilder config = new SchemaGeneratorConfigBuilder(
                        Json.MAPPER, SchemaVersion.DRAFT_2020_12, OptionPreset.PLAIN_JSON)
                .with(new JacksonModule())
                .with(new SimpleTypeModule()
                        .withIntegerType(OptionalInt.class)
                        .withIntegerType(OptionalLong.class)
                        .withNumberType(OptionalDouble.class))
                .with(Option.INLINE_ALL_SCHEMAS, Option.FORBIDDEN_ADDITIONAL_PROPERTIES_BY_DEFAULT)
                .without(Option.SCHEMA_VERSION_INDICATOR, Option.STANDARD_FORMATS);
        config.forFields().withRequiredCheck(field -> !isOptional(field));
        config.forTypesInGeneral()
                .withPropertySorter((one, other) -> 0)
                .withCustomDefinitionProvider((type, context) -> constants(type.getErasedType()));
        return config.build();
    }

    private static boolean isOptional(FieldScope field) {
        return OPTIONAL.contains(field.getDeclaredType().getErasedType());
    }

    /// What Jackson writes, which is not always what Java calls them; null for a type that is no enum.
    private static CustomDefinition constants(Class<?> type) {
        if (!type.isEnum()) {
            return null;
        }
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        ArrayNode values = schema.putArray("enum");
        for (Object constant : type.getEnumConstants()) {
            values.add(Json.MAPPER.<JsonNode>valueToTree(constant));
        }
        return new CustomDefinition(schema, CustomDefinition.INLINE_DEFINITION, CustomDefinition.EXCLUDING_ATTRIBUTES);
    }

    /// That Jackson has a way to make the type, and all that it is made of, shows only when it does.
    private static void requireReadable(Type type, JsonNode sample) {
        try {
            Json.MAPPER.readerFor(Json.MAPPER.constructType(type)).readValue(sample.toString());
        } catch (InvalidDefinitionException | UnrecognizedPropertyException e) {
            throw refusal(type, e.getOriginalMessage());
        } catch (JsonProcessingException e) {
            // It can be made, but not of these values.
        }
    }

    /// Something that follows a schema. Where that leaves a value open, a model could write anything, and
    /// no reader could take it.
    private static JsonNode sample(Type type, JsonNode schema, String at) {
        JsonNodeFactory nodes = JsonNodeFactory.instance;
        if (schema.has("const")) {
            return schema.get("const");
        }
        if (schema.has("enum")) {
            return schema.get("enum").get(0);
        }
        if (schema.has("anyOf")) {
            List<JsonNode> samples = new ArrayList<>();
            schema.get("anyOf").forEach(one -> samples.add(sample(type, one, at)));
            return samples.stream().filter(one -> !one.isNull()).findFirst().orElse(samples.get(0));
        }
        JsonNode forms = schema.path("type");
        return switch (forms.isArray() ? forms.get(0).asText() : forms.asText()) {
            case "string" -> nodes.textNode("");
            case "boolean" -> nodes.booleanNode(false);
            case "integer", "number" -> nodes.numberNode(0);
            case "null" -> nodes.nullNode();
            case "array" -> nodes.arrayNode().add(sample(type, schema.path("items"), at + "/0"));
            case "object" -> {
                ObjectNode object = nodes.objectNode();
                for (Map.Entry<String, JsonNode> property : properties(type, schema, at)) {
                    String name = property.getKey();
                    object.set(name, sample(type, property.getValue(), at + "/" + name));
                }
                yield object;
            }
            default -> throw open(type, at);
        };
    }

    private static Set<Map.Entry<String, JsonNode>> properties(Type type, JsonNode schema, String at) {
        Set<Map.Entry<String, JsonNode>> properties = schema.path("properties").properties();
        if (properties.isEmpty()) {
            throw open(type, at);
        }
        return properties;
    }

    private static IllegalArgumentException open(Type type, String at) {
        return refusal(type, "nothing says what " + (at.isEmpty() ? "it" : "its " + at) + " is made of");
    }
}
