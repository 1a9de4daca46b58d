package dev.icmlora.trainer.torch;

import java.nio.file.Path;
import java.util.logging.Level;
import java.util.logging.Logger;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDManager;
import ai.djl.pytorch.jni.JniUtils;

/// Starts PyTorch, through DJL, once for this process: offline, with the native library out of its Maven jar.
///
/// Gradients are recorded only inside a `GradientCollector`; that mode belongs to the thread that calls [#start], so a
/// training runs on one thread.
public final class Torch {
    private static final String ENGINE = "PyTorch";
    /// A strong reference, or the level set on it could be collected with it.
    private static final Logger DJL_LOG = Logger.getLogger("ai.djl");

    private Torch() {}

    /// Where an installation keeps PyTorch's native library.
    public static Path cache(Path root) {
        return root.resolve(".train/djl");
    }

    /// A root manager; the caller closes it, and with it everything that was made under it.
    ///
    /// @param threads threads of one operation; only the first call of a process can choose
    /// @param cache folder to which the native library is unpacked once
    public static NDManager start(int threads, Path cache) {
        DJL_LOG.setLevel(Level.WARNING);
        System.setProperty("ai.djl.offline", "true");
        System.setProperty("OPT_OUT_TRACKING", "true");
        System.setProperty("ENGINE_CACHE_DIR", cache.toAbsolutePath().toString());
        System.setProperty("ai.djl.pytorch.num_threads", Integer.toString(threads));
        System.setProperty("ai.djl.pytorch.num_interop_threads", "1");
        // The optimising executor re-specialises for every new batch shape; the plain interpreter does not.
        System.setProperty("ai.djl.pytorch.graph_optimizer", "false");
        NDManager manager = Engine.getEngine(ENGINE).newBaseManager();
        // DJL does that for the first thread alone.
        JniUtils.setGradMode(false);
        return manager;
    }
}
