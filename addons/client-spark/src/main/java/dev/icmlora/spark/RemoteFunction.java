package dev.icmlora.spark;

import java.io.Serializable;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.IcmLoraException;

/// A version of a function, and where it is.
///
/// @param version such as `urgency@3`
record RemoteFunction(Options options, String version) implements Serializable {

    /// The clients of this JVM, whose connections the tasks of an executor share.
    private static final Map<Options, IcmLoraClient> CLIENTS = new ConcurrentHashMap<>();

    /// Looks a function up, and pins its version for a query.
    ///
    /// @param name such as `urgency`, which means its newest version, or `urgency@3`
    /// @throws IllegalArgumentException if it is no function's name, there is no such function, or it cannot be
    /// reached
    static RemoteFunction named(String name, Options options) {
        try {
            String version = client(options)
                    .function(name, String.class, String.class)
                    .build()
                    .version()
                    .orElseThrow();
            return new RemoteFunction(options, version);
        } catch (IcmLoraException e) {
            throw new IllegalArgumentException(
                    "icm_lora finds no function '" + name + "' at " + options.address() + ": " + e.getMessage(), e);
        }
    }

    IcmLoraClient client() {
        return client(options);
    }

    private static IcmLoraClient client(Options options) {
        return CLIENTS.computeIfAbsent(options, wanted -> {
            IcmLoraClient open = IcmLoraClient.of(URI.create(wanted.address())).withTimeout(wanted.timeout());
            return wanted.key().isEmpty() ? open : open.withKey(wanted.key());
        });
    }

    @Override
    public String toString() {
        return version + " at " + options;
    }
}
