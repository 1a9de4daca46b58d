package dev.icmlora.capi;

/// A tensor together with the object whose life bounds its own.
public record TensorRef(NativeHandle owner, GgmlTensor tensor) {}
