package dev.icmlora.function.api;

/// Body of `POST /adapter`.
public record AdapterRequest(TaskBody task) {}
