package dev.icmlora.events;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;

/// The newest jobs of a caller, the newest first.
///
/// @param total how many there are, with those that are not in the list
@RegisterForReflection
public record JobList(List<Entry> jobs, int total) {

    /// A job, and where it stands.
    public record Entry(String id, JobStatus.State state) {}
}
