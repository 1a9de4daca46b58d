package dev.icmlora.learning;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashMap;
import java.util.Map;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;

class TeacherConfigTest {

    @ParameterizedTest
    @CsvSource({
        "FEEDBACK, none, ICM_LORA_TEACHER_URL needs ICM_LORA_FEEDBACK=inputs",
        "TEACHER_MODEL, '', ICM_LORA_TEACHER_URL needs ICM_LORA_TEACHER_MODEL",
        "TEACHER_URL, ftp://localhost/v1, ICM_LORA_TEACHER_URL is no address",
        "TEACHER_URL, api.openai.com/v1, ICM_LORA_TEACHER_URL is no address",
        "TEACHER_URL, a teacher, ICM_LORA_TEACHER_URL is no address",
        "TEACHER_CALLS_PER_DAY, 0, 'ICM_LORA_TEACHER_CALLS_PER_DAY) is 0, but must be 1 to 1000000'",
    })
    void whatDoesNotGoTogetherStopsTheStart(String variable, String value, String message) {
        Map<String, String> environment = new HashMap<>(Map.of(
                "ICM_LORA_FEEDBACK", "inputs",
                "ICM_LORA_TEACHER_URL", "http://localhost/v1",
                "ICM_LORA_TEACHER_MODEL", "large"));
        environment.put("ICM_LORA_" + variable, value);
        var config = DefaultConfig.with(environment, TeacherConfig.class).getConfigMapping(TeacherConfig.class);
        var function = DefaultConfig.with(environment, FunctionConfig.class).getConfigMapping(FunctionConfig.class);

        assertThatThrownBy(() -> Teacher.check(null, config, function))
                .isInstanceOf(StartupException.class)
                .hasMessageContaining(message);
    }
}
