package dev.icmlora.engine.worker;

import java.util.Objects;

import dev.icmlora.generator.adapter.Adapter;

/// What a context decodes with beside the base model. Two are equal if they give equal logits: their
/// adapters have the same id and act equally strongly. Whatever a memory keeps is keyed by it.
///
/// @param scale how strongly the adapter acts
public record ScaledAdapter(Adapter adapter, float scale) {

    @Override
    public boolean equals(Object other) {
        return other instanceof ScaledAdapter same
                && scale == same.scale
                && adapter.id().equals(same.adapter.id());
    }

    @Override
    public int hashCode() {
        return Objects.hash(adapter.id(), scale);
    }
}
