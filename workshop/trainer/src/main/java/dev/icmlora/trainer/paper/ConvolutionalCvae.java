package dev.icmlora.trainer.paper;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.SplittableRandom;
import java.util.stream.LongStream;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;

import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.vector.TaskVector;
import dev.icmlora.trainer.generator.GeneratorNetwork;
import dev.icmlora.trainer.model.Lora;
import dev.icmlora.trainer.shared.SharedAdapter;
import dev.icmlora.trainer.torch.TorchScript;

/// ICM-LoRA's own CVAE (arXiv 2501.17635 section 3.3), to compare with: twelve 1-D convolutions over all weights of an
/// adapter in a row, each halving the length, and twelve that double it again; z from N(0, I). The task vector joins
/// what the encoder's convolutions give and what the decoder's are given. The function cannot serve it.
///
/// It reads dB in units of standard deviations, like ours, and begins with dB = 0.
public final class ConvolutionalCvae implements Cvae {
    /// Of the encoder, from the weights to the latent; the decoder has them in reverse.
    private static final int[] CHANNELS = {8, 16, 32, 64, 128, 256, 256, 128, 64, 32, 16, 8};

    private static final int KERNEL = 7;

    /// Numbers of the signal that become one position between encoder and decoder.
    private static final int BLOCK = 1 << CHANNELS.length;

    private final GeneratorArchitecture architecture;
    private final SharedAdapter shared;
    private final NDManager manager;
    private final SplittableRandom random;
    private final TorchScript program;
    private final SequencedMap<String, NDArray> encoder = new LinkedHashMap<>();
    private final SequencedMap<String, NDArray> decoder = new LinkedHashMap<>();
    private final SequencedMap<String, NDArray> encoderMoments = new LinkedHashMap<>();
    private final SequencedMap<String, NDArray> decoderMoments = new LinkedHashMap<>();

    /// @param architecture of which sizes of base model, latent and adapter are taken
    ConvolutionalCvae(GeneratorArchitecture architecture, SharedAdapter shared, long seed, NDManager manager) {
        this.architecture = architecture;
        this.shared = shared;
        this.manager = manager;
        this.random = new SplittableRandom(seed);
        encoder();
        decoder();
        SequencedMap<String, Number> constants = new LinkedHashMap<>();
        constants.put("layers", CHANNELS.length);
        constants.put("block", BLOCK);
        constants.put("padding", KERNEL / 2);
        constants.put("momentum", 0.1);
        constants.put("epsilon", 1e-5);
        this.program = TorchScript.compile(ConvolutionalCvae.class, "convolution.torchscript", constants);
    }

    /// Numbers that the encoder's convolutions end with, and the decoder's begin with.
    private int features() {
        long weights = shared.b0().stream().mapToLong(NDArray::size).sum();
        return Math.toIntExact(Math.ceilDiv(weights, BLOCK)) * CHANNELS[CHANNELS.length - 1];
    }

    private void encoder() {
        int channels = 1;
        for (int i = 0; i < CHANNELS.length; i++) {
            convolution(encoder, "encoder." + i, channels, CHANNELS[i], false);
            channels = CHANNELS[i];
            norm(encoder, encoderMoments, "encoder." + i, channels);
        }
        int latent = architecture.latent();
        int conditioned = latent + TaskVector.length(architecture.hidden());
        linear(encoder, "encoder.code", features(), latent, 1);
        linear(encoder, "encoder.mean", conditioned, latent, 1);
        linear(encoder, "encoder.log_variance", conditioned, latent, 0);
        encoder.lastEntry().getValue().addi(GeneratorNetwork.INITIAL_LOG_VARIANCE);
    }

    private void decoder() {
        int conditioned = architecture.latent() + TaskVector.length(architecture.hidden());
        linear(decoder, "decoder.code", conditioned, features(), 1);
        int channels = CHANNELS[CHANNELS.length - 1];
        for (int i = 0; i < CHANNELS.length; i++) {
            int next = CHANNELS[Math.max(0, CHANNELS.length - 2 - i)];
            convolution(decoder, "decoder." + i, channels, next, true);
            channels = next;
            norm(decoder, decoderMoments, "decoder." + i, channels);
        }
        put(decoder, "decoder.output.kernel", 0, 1, channels, KERNEL);
        put(decoder, "decoder.output.bias", 0, 1);
    }

    private void convolution(SequencedMap<String, NDArray> weights, String name, int in, int out, boolean transposed) {
        // It doubles the length, so an output sees half of the kernel.
        double reads = KERNEL * (transposed ? in / 2.0 : in);
        put(weights, name + ".kernel", 1 / Math.sqrt(reads), transposed ? in : out, transposed ? out : in, KERNEL);
        put(weights, name + ".bias", 0, out);
    }

    private void linear(SequencedMap<String, NDArray> weights, String name, int in, int out, int scale) {
        put(weights, name + ".weight", scale / Math.sqrt(in), out, in);
        put(weights, name + ".bias", 0, out);
    }

    private void norm(
            SequencedMap<String, NDArray> weights, SequencedMap<String, NDArray> moments, String name, int channels) {
        weights.put(full(name + ".gain"), manager.ones(new Shape(channels)));
        weights.put(full(name + ".shift"), manager.zeros(new Shape(channels)));
        moments.put(full(name + ".running_mean"), manager.zeros(new Shape(channels)));
        moments.put(full(name + ".running_variance"), manager.ones(new Shape(channels)));
    }

    private void put(SequencedMap<String, NDArray> weights, String name, double deviation, long... extents) {
        float[] values = new float[Math.toIntExact(LongStream.of(extents).reduce(1, Math::multiplyExact))];
        for (int i = 0; i < values.length; i++) {
            values[i] = deviation == 0 ? 0 : (float) (deviation * random.nextGaussian());
        }
        weights.put(full(name), manager.create(values, new Shape(extents)));
    }

    private static String full(String name) {
        return "convolution." + name;
    }

    @Override
    public SequencedMap<String, NDArray> parameters() {
        return joined(encoder, decoder);
    }

    /// The moments of the batch norms, which training keeps up.
    @Override
    public SequencedMap<String, NDArray> constants() {
        return joined(encoderMoments, decoderMoments);
    }

    private static SequencedMap<String, NDArray> joined(Map<String, NDArray> first, Map<String, NDArray> second) {
        SequencedMap<String, NDArray> joined = new LinkedHashMap<>(first);
        joined.putAll(second);
        return joined;
    }

    @Override
    public int latent() {
        return architecture.latent();
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
                List.copyOf(encoder.values()),
                List.copyOf(encoderMoments.values()),
                List.copyOf(decoder.values()),
                List.copyOf(decoderMoments.values()));
        return new Reconstruction(result.get(0), result.get(1));
    }

    /// Those of z = 0, the prior's mean.
    @Override
    public Lora adapters(NDManager scope, float[][] vectors, NDArray spreads) {
        NDList b = program.call(
                scope,
                "generate",
                scope.create(vectors),
                scope.zeros(new Shape(vectors.length, latent())),
                spreads,
                List.copyOf(decoder.values()),
                List.copyOf(decoderMoments.values()),
                shared.b0());
        return shared.lora(List.copyOf(b));
    }

    @Override
    public void close() {
        program.close();
    }
}
