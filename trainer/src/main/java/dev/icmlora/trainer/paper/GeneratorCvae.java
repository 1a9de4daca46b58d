package dev.icmlora.trainer.paper;

import dev.icmlora.trainer.generator.GeneratorNetwork;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.trainer.model.Lora;

/// The CVAE whose prior and decoder are the generator that is served.
record GeneratorCvae(GeneratorNetwork network, EncoderNetwork encoder) implements Cvae {
    @Override
    public SequencedMap<String, NDArray> parameters() {
        SequencedMap<String, NDArray> parameters = new LinkedHashMap<>(network.parameters());
        parameters.putAll(encoder.parameters());
        return parameters;
    }

    @Override
    public SequencedMap<String, NDArray> constants() {
        return network.constants();
    }

    @Override
    public int latent() {
        return network.latent();
    }

    @Override
    public Reconstruction reconstruct(
            NDManager scope, float[][] vectors, List<NDArray> deltas, float[][] noise, NDArray spreads) {
        return network.reconstruct(scope, vectors, deltas, noise, spreads, encoder.arrays());
    }

    @Override
    public Lora adapters(NDManager scope, float[][] vectors, NDArray spreads) {
        return network.adapters(scope, vectors);
    }

    @Override
    public void close() {
        network.close();
    }
}
