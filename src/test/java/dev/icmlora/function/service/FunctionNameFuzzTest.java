package dev.icmlora.function.service;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.StrictReading;

/// Any text is a function's name, is written as it was read and is a plain part of a path; or it is refused with what a
/// client can read.
class FunctionNameFuzzTest {

    @FuzzTest
    void read(byte[] bytes) {
        var text = new String(bytes, UTF_8);
        try {
            var name = RequestRules.functionName(text);
            assertThat(name).hasToString(text);
            assertThat(name.name())
                    .hasSizeBetween(1, 64)
                    .doesNotContain("/", ".", "@")
                    .matches("[a-z][a-z0-9_-]*");
            assertThat(FunctionName.of(name.at(1).toString())).contains(name.at(1));
        } catch (RequestException refusal) {
            StrictReading.requireReadable(refusal);
        }
    }
}
