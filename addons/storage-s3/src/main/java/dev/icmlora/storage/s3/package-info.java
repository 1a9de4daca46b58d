/// Buckets of S3, for the function: the addon `storage-s3`.
package dev.icmlora.storage.s3;
