package dev.icmlora.trainer.paper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.torch.TorchScript;

/// The CVAE whose prior and decoder are the generator that is served.
public final class GeneratorCvae implements Cvae {

    private final GeneratorNetwork network;
    private final EncoderNetwork encoder;
    private final TorchScript program;

    GeneratorCvae(GeneratorArchitecture architecture, SharedAdapter shared, long seed, NDManager manager) {
        this.network = new GeneratorNetwork(architecture, shared, seed, manager);
        this.encoder = new EncoderNetwork(architecture, seed, manager);
        this.program =
                GeneratorNetwork.extended(new TorchScript.Source(GeneratorCvae.class, "reconstruction.torchscript"));
    }

    @Override
    public SequencedMap<String, NDArray> parameters() {
        SequencedMap<String, NDArray> parameters = new LinkedHashMap<>(network.parameters());
        parameters.putAll(encoder.parameters());
        return parameters;
    }

    @Override
    public SequencedMap<String, NDArray> constants() {
        return new LinkedHashMap<>();
    }

    @Override
    public int latent() {
        return network.latent();
    }

    @Override
    public Reconstruction reconstruct(
            NDManager scope, float[][] vectors, List<NDArray> deltas, float[][] noise, NDArray spreads) {
        NDList result = program.call(
                scope,
                "reconstruct",
                scope.create(vectors),
                deltas,
                scope.create(noise),
                spreads,
                network.trunk(),
                network.heads(),
                encoder.arrays());
        return new Reconstruction(result.get(0), result.get(1));
    }

    @Override
    public Lora adapters(NDManager scope, float[][] vectors, NDArray spreads) {
        return network.adapters(scope, vectors);
    }

    @Override
    public void close() {
        program.close();
        network.close();
    }
}
