package dev.icmlora.function.nativeimage;

import static org.assertj.core.api.Assertions.assertThatCode;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Code that protobuf's compiler generated refuses an older runtime as soon as it is loaded, which a native executable
/// does while it is built. Google's client brings such code, and Quarkus' BOM an older runtime.
@Tag("native")
class ProtobufTest {

    @Test
    void theRuntimeIsAsNewAsTheCodeThatWasGenerated() {
        assertThatCode(() -> Class.forName("com.google.storage.v2.Object")).doesNotThrowAnyException();
    }
}
