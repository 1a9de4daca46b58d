package dev.icmlora.storage.azure.graal;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/// Azure's tokens stay in memory: no code asks for a cache on disk, whose code names a class that its library no longer
/// brings.
@TargetClass(className = "com.azure.identity.implementation.PersistentTokenCacheImpl")
final class Target_PersistentTokenCacheImpl {

    @Substitute
    boolean registerCache() {
        throw new UnsupportedOperationException("tokens are not kept on disk");
    }
}
