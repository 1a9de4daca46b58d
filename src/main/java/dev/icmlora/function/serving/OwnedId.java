package dev.icmlora.function.serving;

/// An adapter as one tenant knows it. Ids are hashes of the weights, so several tenants may have the same.
record OwnedId(Tenant tenant, String id) {}
