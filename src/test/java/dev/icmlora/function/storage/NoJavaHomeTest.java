package dev.icmlora.function.storage;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.config.DefaultConfig;
import dev.icmlora.function.servers.StorageServer;

/// A native executable has no `java.home`. The vendors' clients are made all the same.
@Tag("native")
class NoJavaHomeTest {

    @Test
    void storesAreOpened() throws Exception {
        var process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Daws.region=eu-central-1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Opening.class.getName())
                .redirectErrorStream(true)
                .start();
        var output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    static final class Opening {

        private Opening() {}

        public static void main(String... arguments) {
            // Looks for resources, for which a JVM wants to know its home.
            var stores = StorageServer.stores(DefaultConfig.of(StorageConfig.class));
            System.clearProperty("java.home");
            stores.open(Bucket.azure("account", "container"));
            stores.open(Bucket.s3("bucket"));
        }
    }
}
