package dev.icmlora.events;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// What is announced goes into headers, which hold ASCII.
class SinkTest {

    /// The second one is the example of the CloudEvents HTTP binding, section 3.1.3.2.
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "tasks/a-b_c.json | tasks/a-b_c.json",
                "Euro \u20AC \uD83D\uDE00 | Euro%20%E2%82%AC%20%F0%9F%98%80",
                "100% \"x\" | 100%25%20%22x%22"
            })
    void attributesAreEncodedInPercent(String value, String header) {
        assertThat(Sink.encoded(value)).isEqualTo(header);
    }
}
