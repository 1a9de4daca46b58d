package dev.icmlora.tasks.recipe;

import java.util.List;

/// What people write who say little.
public final class Wordings {

    /// They ask for nothing in particular: only examples tell what is meant.
    public static final List<String> VAGUE = List.of(
            "Rewrite the entry as we always do.",
            "How is this written on our list?",
            "Change the notation.",
            "other form",
            "Please bring the line into our usual form.",
            "What comes out for this?",
            "Convert it.",
            "Do the same with this one.",
            "Answer as in the examples.",
            "Which entry belongs to this?",
            "in -> out",
            "Please continue the list.");

    private Wordings() {}
}
