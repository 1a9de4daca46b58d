package dev.icmlora.generator.network;

import java.util.HashMap;
import java.util.Map;

import dev.icmlora.generator.network.GeneratorArchitecture.TensorSpec;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.Tensor;
import dev.icmlora.ggml.TensorStore;

/// The networks' weights in the backend's memory, shared by all graphs of one generator.
final class Weights implements AutoCloseable {
    private static final int CAPACITY = 64;

    private final TensorStore store = TensorStore.ofCapacity(CAPACITY);
    private final Map<String, Tensor> tensors = new HashMap<>();

    Weights(GeneratorFile file, Backend backend) {
        GeneratorArchitecture architecture = file.manifest().architecture();
        architecture.prior().forEach(this::create);
        architecture.decoder().forEach(this::create);
        // B0 is added to the heads' F32 output: kept in F32, since not every backend adds mixed types.
        for (var target : architecture.adapter().targets()) {
            long outputs = (long) architecture.adapter().rank() * target.out();
            String name = GeneratorArchitecture.b0(target);
            create(
                    name,
                    new TensorSpec(GgmlType.F32, outputs, architecture.adapter().layers()));
        }
        store.allocate(backend);
        tensors.forEach((name, tensor) -> {
            if (tensor.type() == architecture.tensors().get(name).type()) {
                tensor.set(file.bytes(name));
            } else {
                tensor.set(file.floats(name));
            }
        });
    }

    private void create(String name, TensorSpec spec) {
        tensors.put(name, store.create(name, spec.type(), spec.ne()));
    }

    Tensor get(String name) {
        return tensors.get(name);
    }

    @Override
    public void close() {
        store.close();
    }
}
