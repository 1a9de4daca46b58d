package dev.icmlora.function.schema;

import java.io.IOException;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;

import dev.icmlora.engine.Installation;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.StrictReading;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// Any JSON is a schema whose grammar llama.cpp takes, or is refused before that with what a client can read.
class SchemaGrammarFuzzTest {

    private static final LlamaModel MODEL;

    static {
        NativeLibraries.load(Installation.ofThisProcess().nativeDirectory());
        MODEL = LlamaModel.load(Installation.ofThisProcess().model());
    }

    @FuzzTest
    void convert(byte[] bytes) {
        SamplingOptions sampling;
        try {
            sampling = SamplingOptions.GREEDY.withGrammar(SchemaGrammar.of(json(bytes), "/schema"));
        } catch (RequestException refusal) {
            StrictReading.requireReadable(refusal);
            return;
        }
        Sampler.create(sampling, MODEL.vocabulary()).close();
    }

    private static JsonNode json(byte[] bytes) {
        try {
            return StrictReading.JSON.readTree(bytes);
        } catch (IOException e) {
            return NullNode.getInstance();
        }
    }
}
