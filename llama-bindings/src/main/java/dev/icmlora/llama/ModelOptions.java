package dev.icmlora.llama;

/// Options by which a model is loaded.
///
/// @param gpuLayers layers to place on GPUs, -1 for all; without a GPU it has no effect
/// @param mmap map the file instead of reading it
/// @param repack rearrange weights for the CPU while loading: slower to load, and adapters then run beside
/// the fast path
public record ModelOptions(int gpuLayers, boolean mmap, boolean repack) {
    /// Everything on the GPU if there is one, mapped, not repacked.
    public static final ModelOptions DEFAULT = new ModelOptions(-1, true, false);

    public ModelOptions {
        if (gpuLayers < -1) {
            throw new IllegalArgumentException("gpuLayers is -1 or a count, not " + gpuLayers);
        }
    }
}
