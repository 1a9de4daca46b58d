package dev.icmlora.trainer.train;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.trainer.model.AttentionMoments;
import dev.icmlora.trainer.model.BaseModel;
import dev.icmlora.trainer.model.Batch;

/// A as the principal directions of what goes into each module on prompts of the training tasks.
final class PrincipalDirections {
    /// Modules that read what the attention's norm gives.
    private static final Set<String> READERS = Set.of("attn_q", "attn_k", "attn_v");

    private static final int BATCHES = 8;
    private static final int TOKENS_OF_A_BATCH = 1200;

    private PrincipalDirections() {}

    /// Replaces an initial adapter's A. Each row of A x has the mean square that a drawn row is expected to give.
    ///
    /// @param adapter whose B is zero
    /// @param seed of the prompts
    /// @throws IllegalArgumentException when it adapts a module whose input is not known here
    static void writeTo(
            SharedAdapter adapter,
            BaseModel model,
            List<TrainingTask> tasks,
            PromptSampler sampler,
            long seed,
            NDManager manager) {
        AdapterLayout layout = adapter.layout();
        for (Target target : layout.targets()) {
            if (!READERS.contains(target.module())) {
                throw new IllegalArgumentException(
                        "--a PRINCIPAL is known for attn_q, attn_k and attn_v only, not for " + target.module());
            }
        }
        try (NDManager scope = manager.newSubManager();
                AttentionMoments moments = new AttentionMoments(model, scope)) {
            for (int batch = 0; batch < BATCHES; batch++) {
                moments.add(samples(tasks, sampler, StepRandom.of(seed, batch)), adapter.lora());
            }
            // A uniform number within 1 / sqrt(in) has the variance 1 / (3 in), so a drawn row of A x has a third of
            // the mean square of a dimension of x.
            float scale = (float) Math.sqrt(1 / 3.0);
            for (int layer = 0; layer < layout.layers(); layer++) {
                NDArray directions =
                        moments.directions(scope, layer, layout.rank()).mul(scale);
                for (Target target : layout.targets()) {
                    adapter.matrices().get(AdapterLayout.nameOfA(layer, target)).set(directions.toFloatArray());
                }
            }
        }
    }

    private static List<Batch.Sample> samples(List<TrainingTask> tasks, PromptSampler sampler, RandomGenerator random) {
        List<Batch.Sample> samples = new ArrayList<>();
        for (int tokens = 0; tokens < TOKENS_OF_A_BATCH; ) {
            Batch.Sample sample = sampler.draw(PromptSampler.pick(tasks, random), Set.of(), 0, random);
            samples.add(sample);
            tokens += sample.length();
        }
        return samples;
    }
}
