package dev.icmlora.function.named;

import java.util.Optional;

/// One version of a function as it is kept.
///
/// @param number from 1 on
/// @param content its definition, as JSON
/// @param isNew whether the one who asked for it has made it
/// @param beside what runs beside it
public record FunctionVersion(int number, byte[] content, boolean isNew, Optional<Beside> beside) {

    /// A version that runs beside another one.
    ///
    /// @param every of how many requests one is answered by it too
    public record Beside(int number, int every) {}
}
