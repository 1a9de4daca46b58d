package dev.icmlora.engine.tune;

import java.util.Optional;

import dev.icmlora.llama.LlamaModel;

/// What a model's file states under the name of its architecture.
record ModelMetadata(LlamaModel model, String architecture) {
    Optional<String> text(String key) {
        return model.metadata(architecture + "." + key);
    }

    Optional<Integer> integer(String key) {
        return text(key).map(Integer::valueOf);
    }

    Optional<Float> number(String key) {
        return text(key).map(Float::valueOf);
    }
}
