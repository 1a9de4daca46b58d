package dev.icmlora.capi;

import static java.lang.foreign.ValueLayout.JAVA_BOOLEAN;

import java.lang.foreign.StructLayout;

/// `struct llama_sampler_chain_params` (llama.h, llama.cpp v0.5.0), passed on as the library fills it.
/// ```c
/// typedef struct llama_sampler_chain_params {
///     bool no_perf;
/// } llama_sampler_chain_params;
/// ```
final class LlamaSamplerChainParams {
    static final StructLayout LAYOUT = CStruct.of("llama_sampler_chain_params", JAVA_BOOLEAN.withName("no_perf"));

    private LlamaSamplerChainParams() {}
}
