package dev.icmlora.function.graal;

import java.security.PrivateKey;
import java.security.Provider;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.Map;

import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import javax.net.ssl.TrustManagerFactory;

import com.oracle.svm.core.annotate.Alias;
import com.oracle.svm.core.annotate.Substitute;
import com.oracle.svm.core.annotate.TargetClass;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.CipherSuiteFilter;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextOption;
import io.netty.handler.ssl.SslProvider;

/// Quarkus keeps Netty from OpenSSL, which is not shipped, in the methods of the Netty that it comes with. Ours is
/// newer and has one more, which also knows of STARTTLS.
@TargetClass(SslContext.class)
final class Target_SslContext {

    /// The one that Quarkus replaces.
    @Alias
    static native SslContext newClientContextInternal(
            SslProvider provider,
            Provider jdk,
            X509Certificate[] trusted,
            TrustManagerFactory trust,
            X509Certificate[] chain,
            PrivateKey key,
            String password,
            KeyManagerFactory keys,
            Iterable<String> ciphers,
            CipherSuiteFilter filter,
            ApplicationProtocolConfig applicationProtocols,
            String[] protocols,
            long sessions,
            long sessionSeconds,
            boolean ocsp,
            SecureRandom random,
            String keyStore,
            String endpointIdentification,
            Map.Entry<SslContextOption<?>, Object>[] options)
            throws SSLException;

    @Substitute
    static SslContext newClientContextInternal(
            SslProvider provider,
            Provider jdk,
            X509Certificate[] trusted,
            TrustManagerFactory trust,
            X509Certificate[] chain,
            PrivateKey key,
            String password,
            KeyManagerFactory keys,
            Iterable<String> ciphers,
            CipherSuiteFilter filter,
            ApplicationProtocolConfig applicationProtocols,
            String[] protocols,
            long sessions,
            long sessionSeconds,
            boolean startTls,
            boolean ocsp,
            SecureRandom random,
            String keyStore,
            String endpointIdentification,
            Map.Entry<SslContextOption<?>, Object>[] options)
            throws SSLException {
        if (startTls) {
            throw new UnsupportedOperationException("STARTTLS");
        }
        return newClientContextInternal(
                provider,
                jdk,
                trusted,
                trust,
                chain,
                key,
                password,
                keys,
                ciphers,
                filter,
                applicationProtocols,
                protocols,
                sessions,
                sessionSeconds,
                ocsp,
                random,
                keyStore,
                endpointIdentification,
                options);
    }
}
