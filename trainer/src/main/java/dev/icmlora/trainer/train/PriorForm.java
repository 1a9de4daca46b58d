package dev.icmlora.trainer.train;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

import dev.icmlora.generator.network.GeneratorArchitecture;
import dev.icmlora.generator.vector.TaskVector;

/// What a prior network sees of a task vector, and where z comes from. The weights say which form they have: what is
/// not seen has zero columns, what is not learned is constant. So a file of any form is served in the same way.
///
/// @param prior where z comes from
/// @param parts what is seen; at least one
record PriorForm(Prior prior, Set<VectorPart> parts) {
    static final PriorForm DEFAULT = new PriorForm(Prior.LEARNED, EnumSet.allOf(VectorPart.class));

    private static final String INPUT = "prior.0.weight";
    private static final String MEAN = "prior.mean.weight";
    private static final String LOG_VARIANCE = "prior.log_variance.";

    PriorForm {
        if (parts.isEmpty()) {
            throw new IllegalArgumentException("a prior has to see at least one part of the task vector");
        }
        parts = Collections.unmodifiableSet(EnumSet.copyOf(parts));
    }

    /// The form of a trained network.
    ///
    /// @param weights values of a tensor, by name
    static PriorForm of(Function<String, float[]> weights) {
        float[] input = weights.apply(INPUT);
        int vector = input.length / weights.apply("prior.0.bias").length;
        Set<VectorPart> parts = EnumSet.allOf(VectorPart.class);
        parts.removeIf(part -> !part.isIn(input, vector));
        float[] logVariance = weights.apply(LOG_VARIANCE + "bias");
        boolean standard = Arrays.equals(logVariance, Prior.STANDARD.logVariance(logVariance.length));
        return new PriorForm(standard ? Prior.STANDARD : Prior.LEARNED, parts);
    }

    /// @param what was found to be of the form `found`
    /// @throws IllegalArgumentException when it is another form than this
    void require(PriorForm found, String what) {
        if (!equals(found)) {
            throw new IllegalArgumentException(
                    "%s has a prior %s, this run has one %s: give it the same --prior and --vector-parts"
                            .formatted(what, found, this));
        }
    }

    /// 1 for each dimension of a task vector that is seen, else 0.
    float[] seen(int vector) {
        float[] seen = new float[vector];
        parts.forEach(part -> part.mark(seen));
        return seen;
    }

    /// Whether a tensor stays as it is in training.
    boolean isFixed(String tensor) {
        return prior == Prior.STANDARD && tensor.startsWith(LOG_VARIANCE);
    }

    /// Gives a tensor's initial values this form. Training keeps it: what is zero here gets no gradient.
    float[] shape(String tensor, float[] values, GeneratorArchitecture architecture) {
        if (tensor.equals(INPUT)) {
            float[] seen = seen(TaskVector.length(architecture.hidden()));
            for (int i = 0; i < values.length; i++) {
                values[i] = seen[i % seen.length] == 0 ? 0 : values[i];
            }
        } else if (tensor.equals(MEAN) && prior == Prior.STANDARD) {
            Arrays.fill(values, prior.coded(architecture.latent()) * architecture.priorUnits(), values.length, 0);
        } else if (tensor.equals(LOG_VARIANCE + "bias") && prior == Prior.STANDARD) {
            return prior.logVariance(architecture.latent());
        }
        return values;
    }

    @Override
    public String toString() {
        return prior + " of " + parts.stream().map(VectorPart::name).collect(Collectors.joining(", "));
    }
}
