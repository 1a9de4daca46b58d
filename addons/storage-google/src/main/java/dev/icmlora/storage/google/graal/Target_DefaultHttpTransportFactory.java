package dev.icmlora.storage.google.graal;

import com.google.api.client.http.HttpTransport;
import com.google.api.client.http.javanet.NetHttpTransport;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;

/// Neither App Engine's classes nor Conscrypt are shipped: Google's client connects by the JDK, as it does on a JVM
/// that
/// does not find them.
@TargetClass(className = "com.google.cloud.http.HttpTransportOptions$DefaultHttpTransportFactory")
final class Target_DefaultHttpTransportFactory {

    @Substitute
    public HttpTransport create() {
        return new NetHttpTransport();
    }
}
