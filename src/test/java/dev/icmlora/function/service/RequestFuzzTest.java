package dev.icmlora.function.service;

import java.util.function.Consumer;

import com.code_intelligence.jazzer.junit.FuzzTest;

import dev.icmlora.adapters.SumRequest;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.FunctionDefinition;
import dev.icmlora.function.api.FunctionName;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.StrictReading;

/// Any bytes are a body of the functions within its limits, or are refused with what a client can read.
class RequestFuzzTest {

    private static final RequestRules RULES = new RequestRules(DefaultConfig.of(FunctionConfig.class));

    private static final FunctionName NAME = FunctionName.of("urgency").orElseThrow();

    @FuzzTest
    void read(byte[] body) {
        read(body, GenerateRequest.class, RULES::check);
        read(body, AdapterRequest.class, RULES::check);
        read(body, SumRequest.class, request -> request.check(RULES));
        read(body, FunctionDefinition.class, definition -> RULES.check(NAME, definition));
    }

    private static <T> void read(byte[] body, Class<T> type, Consumer<T> rules) {
        try {
            rules.accept(StrictReading.BODIES.read(body, type));
        } catch (RequestException refusal) {
            StrictReading.requireReadable(refusal);
        }
    }
}
