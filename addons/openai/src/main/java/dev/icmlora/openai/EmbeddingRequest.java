package dev.icmlora.openai;

import java.util.List;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.error.Violations;
import dev.icmlora.function.http.RequestFields;

/// The body of `POST /v1/embeddings`, read and checked.
///
/// @param base64 give each vector as text of its little-endian 32-bit floats, as OpenAI's Python client
/// asks for
record EmbeddingRequest(String model, List<String> texts, boolean base64) {

    private static final List<String> ENCODINGS = List.of("float", "base64");

    /// @param mostTexts limit of a request
    /// @throws dev.icmlora.function.error.RequestException naming every field that is wrong
    static EmbeddingRequest read(JsonNode body, int mostTexts) {
        var violations = new Violations();
        var fields = new RequestFields(body, "", violations);
        fields.refuse("dimensions");
        var model = fields.required("model");
        var texts = fields.texts("input");
        fields.wrong(texts.isEmpty(), "input", "a string or an array of strings", null, "must not be empty");
        violations.count("/input", texts.size(), mostTexts);
        var encoding = fields.find("encoding_format").isEmpty() ? "float" : fields.oneOf("encoding_format", ENCODINGS);
        violations.raise();
        return new EmbeddingRequest(model, texts, encoding.equals("base64"));
    }
}
