package dev.icmlora.function.error;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.function.http.JsonBody;
import dev.icmlora.function.http.JsonBody.StrictJson;

/// The function's JSON and its errors, for tests that start no Quarkus.
public final class StrictReading {

    public static final ObjectMapper JSON = mapper();
    public static final JsonBody BODIES = new JsonBody(JSON);

    private StrictReading() {}

    private static ObjectMapper mapper() {
        // As Quarkus makes it.
        var mapper = new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);
        new StrictJson().customize(mapper);
        return mapper;
    }

    /// A refusal that a client can read: it names what is wrong, and has a JSON form.
    public static void requireReadable(RequestException refusal) {
        assertThat(refusal.problem().status()).isBetween(400, 499);
        assertThat(refusal.problem().errors())
                .isNotEmpty()
                .allSatisfy(violation -> assertThat(violation.message()).isNotBlank());
        assertThatNoException().isThrownBy(() -> JSON.writeValueAsString(refusal.problem()));
    }
}
