/// Hand-written Panama bindings of llama.cpp v0.5.0.
///
/// `dev.icmlora.capi` is the only package that links native symbols and stays inside; `dev.icmlora.ggml`
/// (tensors, graphs, GGUF) is built on it and `dev.icmlora.llama` (model, context, adapter, sampler) on both.
/// No public signature of the two exported packages names a `MemorySegment`, an `Arena` or a `MethodHandle`.
module dev.icmlora.llama.bindings {
    exports dev.icmlora.ggml;
    exports dev.icmlora.llama;
}
