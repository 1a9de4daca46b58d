package dev.icmlora.function.error;

import java.util.function.Function;

/// The form of errors that clients of some paths know, in place of problems. An addon has one as a bean.
///
/// @param path that these paths begin with; of several forms, the longest counts
/// @param invalid the status of a request that breaks a rule
/// @param body what becomes JSON
public record ErrorForm(String path, int invalid, Function<Problem, Object> body) {

    /// These clients are not told of media types.
    int status(Problem problem) {
        return problem.status() == 400 || problem.status() == 415 ? invalid : problem.status();
    }
}
