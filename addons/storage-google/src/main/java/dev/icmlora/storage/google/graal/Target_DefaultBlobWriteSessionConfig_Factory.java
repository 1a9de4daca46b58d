package dev.icmlora.storage.google.graal;

import com.google.cloud.storage.BlobInfo;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/// Replaces `writeSession` of clients that speak gRPC: none is made here.
@TargetClass(className = "com.google.cloud.storage.DefaultBlobWriteSessionConfig$Factory")
final class Target_DefaultBlobWriteSessionConfig_Factory {

    @Substitute
    private Session lambda$writeSession$0(Client client, Options options, BlobInfo blob) {
        throw new UnsupportedOperationException("gRPC");
    }

    @TargetClass(className = "com.google.cloud.storage.BufferedWritableByteChannelSession")
    interface Session {}

    @TargetClass(className = "com.google.cloud.storage.StorageInternal")
    interface Client {}

    @TargetClass(className = "com.google.cloud.storage.UnifiedOpts$Opts")
    static final class Options {}
}
