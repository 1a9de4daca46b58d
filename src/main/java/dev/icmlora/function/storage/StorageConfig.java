package dev.icmlora.function.storage;

import java.net.URI;
import java.time.Duration;
import java.util.Optional;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// Where providers' stores are. Each setting has the default of the provider's own client, and so have credentials:
/// where the provider runs the function, none is needed. `docs/configuration.md` is written from these comments.
@ConfigMapping(prefix = "icm-lora.storage")
public interface StorageConfig {

    /// The bucket that keeps functions and jobs: `gs://name`, `s3://name`, `az://account/container`, or a directory as
    /// `file:/directory`. Default: the folder for adapters; without one, there are none.
    Optional<String> bucket();

    /// How long a request may go without an answer before it counts as failed.
    @WithDefault("15s")
    Duration timeout();

    Google google();

    S3 s3();

    Azure azure();

    /// Google Cloud Storage; credentials are Application Default Credentials.
    interface Google {
        /// Address of another server than Google's, an emulator. It is asked without credentials.
        /// Default: Google's.
        Optional<URI> endpoint();
    }

    /// Amazon S3 and what speaks like it; credentials and region by the AWS SDK's default chains.
    interface S3 {
        /// Address of another server than Amazon's: MinIO, Ceph, R2, … Bucket names go into the path then.
        /// Default: Amazon's.
        Optional<URI> endpoint();

        /// Region. Default: the AWS SDK's; `us-east-1` with an endpoint.
        Optional<String> region();
    }

    /// Azure Blob Storage; credentials are those of `DefaultAzureCredential`.
    interface Azure {
        /// A connection string, in place of `DefaultAzureCredential` and of the account's own address. Default: none.
        Optional<String> connectionString();
    }
}
