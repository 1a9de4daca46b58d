package dev.icmlora.function.access;

import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Map;
import java.util.Optional;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;

/// Tokens that would let in the wrong callers stop the start.
class TokensTest {

    private static void refuses(boolean enabled, Map<String, String> environment, String reason) {
        var config = DefaultConfig.with(environment, FunctionConfig.class).getConfigMapping(FunctionConfig.class);
        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(() -> new Tokens(null, enabled, Optional.empty(), config))
                .withMessageContaining(reason);
    }

    @Test
    void theirAudienceIsNamed() {
        refuses(true, Map.of(), "QUARKUS_OIDC_TOKEN_AUDIENCE");
    }

    @Test
    void sendersOfEventsHaveTokens() {
        refuses(false, Map.of("ICM_LORA_EVENTS_SENDERS", "agent"), "QUARKUS_OIDC_TENANT_ENABLED");
    }
}
