package dev.icmlora.storage.google.graal;

import com.google.api.gax.rpc.ApiException;
import com.google.cloud.storage.StorageException;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/// Google Cloud Storage is asked over HTTP: no failure comes with a status of gRPC's.
@TargetClass(StorageException.class)
final class Target_StorageException {

    @Substitute
    static StorageException asStorageException(ApiException failure) {
        return new StorageException(0, failure.getMessage(), failure.getReason(), failure);
    }
}
