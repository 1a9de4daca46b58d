/// Buckets of Google Cloud Storage, for the function: the addon `storage-google`.
package dev.icmlora.storage.google;
