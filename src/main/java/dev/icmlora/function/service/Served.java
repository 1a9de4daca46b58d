package dev.icmlora.function.service;

import java.util.Optional;

import dev.icmlora.engine.request.Spent;

/// What a request was given, as far as it is counted.
///
/// @param adapter id of the adapter that took part
/// @param cached whether that adapter was known before
/// @param mode how the request was answered, as a client would spell it; empty where nothing was answered
record Served(Optional<String> adapter, boolean cached, Optional<String> mode, Spent spent) {

    /// Nothing was generated and nothing answered.
    static final Served NOTHING = new Served(Optional.empty(), false, Optional.empty(), Spent.NOTHING);
}
