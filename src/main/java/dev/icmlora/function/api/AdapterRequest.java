package dev.icmlora.function.api;

/// Body of `POST /adapter`.
///
/// @param tune if given, the generated adapter is tuned on the task's examples
public record AdapterRequest(TaskBody task, Tune tune) {

    /// The request with what a function says in place of its name.
    public AdapterRequest with(FunctionDefinition function) {
        return new AdapterRequest(function.task(), tune == null || function.tune() == null ? tune : function.tune());
    }
}
