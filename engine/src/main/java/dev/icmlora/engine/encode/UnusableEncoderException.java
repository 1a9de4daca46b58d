package dev.icmlora.engine.encode;

import java.nio.file.Path;

/// A file cannot be the encoder.
public final class UnusableEncoderException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    UnusableEncoderException(Path file, String why) {
        super("%s cannot be the encoder (ICM_LORA_ENCODER): %s".formatted(file, why));
    }
}
