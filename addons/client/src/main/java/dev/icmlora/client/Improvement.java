package dev.icmlora.client;

import java.util.Optional;
import java.util.OptionalInt;

import com.fasterxml.jackson.databind.JsonNode;

/// What came of [TypedFunction#improve].
///
/// @param from version that served before
/// @param version that serves now; empty where the candidate is not served
/// @param reason why it is not; empty where it is
/// @param compared pieces of feedback on which the candidate and the serving version were compared
/// @param rightBefore of these, how many the serving version had right; 0 where nothing was compared
/// @param rightAfter the same of the candidate
public record Improvement(
        int from, OptionalInt version, Optional<String> reason, int compared, int rightBefore, int rightAfter) {

    static Improvement of(JsonNode reply) {
        return new Improvement(
                reply.path("from").asInt(),
                reply.has("version") ? OptionalInt.of(reply.get("version").asInt()) : OptionalInt.empty(),
                Optional.ofNullable(reply.path("reason").textValue()),
                reply.has("right_before") ? reply.path("held_back").asInt() : 0,
                reply.path("right_before").asInt(),
                reply.path("right_after").asInt());
    }
}
