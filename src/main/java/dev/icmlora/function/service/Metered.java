package dev.icmlora.function.service;

/// A reply, and what is counted of it.
record Metered<T>(T reply, Served served) {}
