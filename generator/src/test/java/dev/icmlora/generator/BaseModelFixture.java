package dev.icmlora.generator;

import dev.icmlora.TestInstallation;
import dev.icmlora.ggml.NativeLibraries;
import dev.icmlora.llama.LlamaModel;

/// The real base model, loaded once for all tests of this module and never closed: the process ends with them.
public final class BaseModelFixture {
    private static LlamaModel model;

    private BaseModelFixture() {}

    public static void loadNativeLibraries() {
        NativeLibraries.load(TestInstallation.nativeDirectory());
    }

    public static synchronized LlamaModel model() {
        if (model == null) {
            loadNativeLibraries();
            model = LlamaModel.load(TestInstallation.model());
        }
        return model;
    }
}
