package dev.icmlora.engine.worker;

import java.util.Objects;

import dev.icmlora.generator.adapter.Adapter;

/// An adapter with the strength at which it acts. Two are equal if they give equal logits: their
/// adapters have the same id and act equally strongly. It is the key of all that a memory keeps.
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
