package dev.icmlora.function.storage;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.icmlora.function.config.DefaultConfig;

/// A function that was built without an addon says so when a bucket needs it.
class StoresTest {

    @ParameterizedTest
    @CsvSource({
        "gs://bucket, storage-google",
        "s3://bucket, storage-s3",
        "az://account/container, storage-azure",
        "file:/folder, storage-local"
    })
    void namesTheAddonThatIsMissing(String bucket, String addon) {
        var stores = new Stores(DefaultConfig.of(StorageConfig.class), List.of());

        assertThatIllegalArgumentException()
                .isThrownBy(() -> stores.check(Bucket.parse(bucket)))
                .withMessage("\"%s\" needs the addon %s, which this function was built without", bucket, addon);
        assertThatIllegalArgumentException().isThrownBy(() -> stores.open(Bucket.parse(bucket)));
    }
}
