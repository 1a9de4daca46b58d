package dev.icmlora.trainer.loop;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;

import dev.icmlora.trainer.torch.TorchScript;

/// AdamW with a limit on the gradients' global norm, on named arrays.
///
/// DJL's own optimisers keep their moments to themselves, so a run could not be resumed exactly, and do not clip by the
/// global norm.
public final class AdamW implements AutoCloseable {
    private final TorchScript program;
    private final float maxNorm;
    private final SequencedMap<String, NDArray> parameters;
    private final List<NDArray> means = new ArrayList<>();
    private final List<NDArray> squares = new ArrayList<>();

    /// @param parameters what is trained, by name; borrowed
    /// @param manager owner of the moments
    public AdamW(SequencedMap<String, NDArray> parameters, double decay, float maxNorm, NDManager manager) {
        SequencedMap<String, Number> constants = new LinkedHashMap<>();
        constants.put("beta1", 0.9);
        constants.put("beta2", 0.99);
        constants.put("epsilon", 1e-8);
        constants.put("decay", decay);
        this.program = TorchScript.compile(AdamW.class, "adamw.torchscript", constants);
        this.maxNorm = maxNorm;
        this.parameters = parameters;
        for (NDArray parameter : parameters.values()) {
            parameter.setRequiresGradient(true);
            means.add(manager.zeros(parameter.getShape()));
            squares.add(manager.zeros(parameter.getShape()));
        }
    }

    /// Applies and clears the gradients. Gradients whose norm is not finite are cleared only.
    ///
    /// @param step number of this step, from 1
    /// @return the gradients' norm before clipping
    public float update(NDManager scope, float rate, long step) {
        List<NDArray> weights = List.copyOf(parameters.values());
        List<NDArray> gradients = new ArrayList<>();
        for (NDArray weight : weights) {
            NDArray gradient = weight.getGradient();
            gradient.attach(scope);
            gradients.add(gradient);
        }
        NDArray settings = scope.create(new float[] {rate, step, maxNorm});
        return program.call(scope, "update", weights, gradients, means, squares, settings)
                .singletonOrThrow()
                .getFloat();
    }

    /// Everything that a resumed run needs: parameters and moments, by name.
    SequencedMap<String, NDArray> state() {
        SequencedMap<String, NDArray> state = new LinkedHashMap<>(parameters);
        int i = 0;
        for (Map.Entry<String, NDArray> parameter : parameters.entrySet()) {
            state.put(parameter.getKey() + ".mean", means.get(i));
            state.put(parameter.getKey() + ".square", squares.get(i++));
        }
        return state;
    }

    @Override
    public void close() {
        program.close();
    }
}
