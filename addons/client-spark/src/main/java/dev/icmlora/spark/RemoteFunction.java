package dev.icmlora.spark;

import java.net.URI;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.icmlora.client.IcmLoraClient;
import dev.icmlora.client.IcmLoraException;
import dev.icmlora.spark.Options.Remote;

/// A version of a deployed function.
record RemoteFunction(Options options, Remote remote, String version) implements CalledFunction {

    /// The clients of this JVM, whose connections the tasks of an executor share.
    private static final Map<Options, IcmLoraClient> CLIENTS = new ConcurrentHashMap<>();

    /// @param name such as `urgency`, which means its newest version, or `urgency@3`
    /// @throws IllegalArgumentException as in [CalledFunction#named]
    static RemoteFunction named(String name, Options options, Remote remote) {
        try {
            String version = client(options, remote)
                    .function(name, String.class, String.class)
                    .build()
                    .version()
                    .orElseThrow();
            return new RemoteFunction(options, remote, version);
        } catch (IcmLoraException e) {
            throw new IllegalArgumentException(
                    "icm_lora finds no function '" + name + "' at " + remote.address() + ": " + e.getMessage(), e);
        }
    }

    IcmLoraClient client() {
        return client(options, remote);
    }

    @Override
    public TextAnswers answers(Accumulators accumulators) {
        return new BatchClient(this, accumulators);
    }

    private static IcmLoraClient client(Options options, Remote remote) {
        return CLIENTS.computeIfAbsent(options, wanted -> {
            IcmLoraClient open = IcmLoraClient.of(URI.create(remote.address())).withTimeout(wanted.timeout());
            return remote.key().isEmpty() ? open : open.withKey(remote.key());
        });
    }

    @Override
    public String toString() {
        return version + " at " + options;
    }
}
