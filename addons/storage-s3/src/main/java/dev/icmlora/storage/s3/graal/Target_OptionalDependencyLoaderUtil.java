package dev.icmlora.storage.s3.graal;

import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import software.amazon.awssdk.http.auth.aws.crt.internal.signer.DefaultAwsCrtV4aHttpSigner;

/// AWS' Common Runtime is not shipped, which alone signs requests to several regions at once. No such request is
/// sent here.
@TargetClass(className = "software.amazon.awssdk.http.auth.aws.internal.signer.util.OptionalDependencyLoaderUtil")
final class Target_OptionalDependencyLoaderUtil {

    @Substitute
    public static DefaultAwsCrtV4aHttpSigner getDefaultAwsCrtV4aHttpSigner() {
        throw new UnsupportedOperationException("Signature Version 4a needs software.amazon.awssdk.crt:aws-crt");
    }
}
