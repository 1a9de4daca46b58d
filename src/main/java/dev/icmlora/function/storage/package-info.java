/// Buckets: one port, [dev.icmlora.function.storage.ObjectStore], and an adapter a provider.
package dev.icmlora.function.storage;
