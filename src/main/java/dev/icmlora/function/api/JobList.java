package dev.icmlora.function.api;

import java.util.List;

import io.quarkus.runtime.annotations.RegisterForReflection;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/// The newest jobs of a caller, the newest first.
///
/// @param total how many there are, with those that are not in the list
@RegisterForReflection
@Schema(requiredProperties = {"jobs", "total"})
public record JobList(List<Entry> jobs, int total) {

    /// A job, and where it stands.
    @Schema(
            name = "JobEntry",
            requiredProperties = {"id", "state"})
    public record Entry(@Schema(pattern = JobStatus.ID) String id, JobStatus.State state) {}
}
