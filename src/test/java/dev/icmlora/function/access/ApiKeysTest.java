package dev.icmlora.function.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;

/// What whoever has a key may do.
class ApiKeysTest {

    private static ApiKeys keys(Map<String, String> environment) {
        var config = DefaultConfig.with(environment, FunctionConfig.class);
        return new ApiKeys(config.getConfigMapping(FunctionConfig.class), config);
    }

    private static Caller caller(Map<String, String> environment) {
        var identity = keys(environment).callerOf("key").orElseThrow();
        return new Caller(Tenant.SHARED, TokenAccount.unlimited(""), identity.roles(), identity.grant());
    }

    @ParameterizedTest
    @ValueSource(strings = {"ICM_LORA_API_KEY", "ICM_LORA_API_KEYS_DEFAULT"})
    void theOwnerMayDoAllUnlessRolesAreNamed(String setting) {
        var owner = caller(Map.of(setting, "key"));
        var bounded = caller(Map.of(setting, "key", "ICM_LORA_ROLES_DEFAULT", "metrics"));

        assertThat(Role.values()).allMatch(owner::may);
        assertThat(Role.values()).filteredOn(bounded::may).containsExactly(Role.METRICS);
    }

    @Test
    void othersMayAskAndUpload() {
        var alice = caller(Map.of("ICM_LORA_API_KEYS_ALICE", "key"));

        assertThat(Role.values()).filteredOn(alice::may).containsExactly(Role.CALL, Role.UPLOAD);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            events         | EVENTS
            call, metrics  | CALL, METRICS
            admin          | CALL, UPLOAD, EVENTS, METRICS, ADMIN
            """)
    void rolesAreWhatASettingSays(String setting, String may) {
        var alice = caller(Map.of("ICM_LORA_API_KEYS_ALICE", "key", "ICM_LORA_ROLES_ALICE", setting));

        assertThat(Role.values()).filteredOn(alice::may).extracting(Role::name).containsExactly(may.split(", "));
    }

    @ParameterizedTest
    @ValueSource(strings = {"calls", "call,Upload", "ADMIN", "call;upload", "*"})
    void anUnknownRoleIsRefused(String roles) {
        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(() -> keys(Map.of("ICM_LORA_API_KEYS_ALICE", "secret", "ICM_LORA_ROLES_ALICE", roles)))
                .withMessageContaining("icm-lora.roles.alice (ICM_LORA_ROLES_ALICE)")
                .withMessageContaining("[call, upload, events, metrics, admin]")
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("secret"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '"', textBlock = """
            ICM_LORA_API_KEY        | ""     | (ICM_LORA_API_KEY) is empty
            ICM_LORA_API_KEY        | " key" | (ICM_LORA_API_KEY) begins or ends with white space
            ICM_LORA_API_KEYS_ALICE | " "    | icm-lora.api-keys.alice is empty
            """)
    void aKeyThatIsNoneIsRefused(String setting, String key, String reason) {
        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(() -> keys(Map.of(setting, key)))
                .withMessageContaining(reason);
    }

    @Test
    void oneKeyForTwoNamesIsRefused() {
        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(() -> keys(Map.of("ICM_LORA_API_KEY", "same", "ICM_LORA_API_KEYS_ALICE", "same")))
                .withMessageContaining("icm-lora.api-keys.alice");
    }

    /// In the words of Quarkus' configuration.
    @Test
    void noRoleAtAllIsRefused() {
        assertThatThrownBy(() -> keys(Map.of("ICM_LORA_API_KEY", "key", "ICM_LORA_ROLES_DEFAULT", "")))
                .hasMessageContaining("icm-lora.roles.default")
                .hasMessageContaining("empty String");
    }

    @Test
    void rolesOfNobodyAreRefused() {
        assertThatExceptionOfType(StartupException.class)
                .isThrownBy(() -> keys(Map.of("ICM_LORA_API_KEY", "key", "ICM_LORA_ROLES_ALICE", "call")))
                .withMessageContaining("ICM_LORA_ROLES_ALICE")
                .withMessageContaining("ICM_LORA_API_KEYS_ALICE");
    }
}
