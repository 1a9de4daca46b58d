package dev.icmlora.tasks.drawn;

import java.util.List;

/// What people write who say little.
final class Wordings {

    /// They ask for nothing in particular: only examples tell what is meant.
    static final List<String> VAGUE = List.of(
            "Do the same with this one.",
            "Answer as in the examples.",
            "What comes out for this?",
            "Our usual rule, please.",
            "in -> out",
            "Go on like that.",
            "Which one belongs here?",
            "You know the pattern.",
            "Apply the rule.",
            "Give the matching answer.",
            "Fill in the right side.",
            "Please continue the table.");

    private Wordings() {}
}
