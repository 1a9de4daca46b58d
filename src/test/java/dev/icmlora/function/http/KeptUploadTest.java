package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.post;
import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.QuarkusTestProfile;
import io.quarkus.test.junit.TestProfile;
import org.eclipse.microprofile.config.ConfigProvider;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

import dev.icmlora.function.Requests;

/// What an upload acknowledges is in the folder for adapters, in the files that no other adapter's room is made of.
@Tag("slow")
@QuarkusTest
@TestProfile(KeptUploadTest.WithFolder.class)
class KeptUploadTest {

    public static final class WithFolder implements QuarkusTestProfile {

        private static final String FOLDER = "icm-lora.adapters.dir";

        @Override
        public Map<String, String> getConfigOverrides() {
            try {
                return Map.of(FOLDER, Files.createTempDirectory("adapters").toString());
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    @Test
    void whatWasGeneratedIsKeptAsAnUploadOnceItIsBrought() {
        var id = post("/adapter", Map.of("task", Map.of("description", "Name the colour.")))
                .statusCode(200)
                .extract()
                .<String>path("id");
        var file = given().accept("application/x-gguf").get("/adapters/" + id).asByteArray();

        given().config(Requests.unprinted())
                .body(file)
                .contentType("application/octet-stream")
                .put("/adapters")
                .then()
                .statusCode(200)
                .body("id", equalTo(id))
                .body("cached", equalTo(true));

        var hex = id.substring("sha256:".length());
        var folder = ConfigProvider.getConfig().getValue(WithFolder.FOLDER, Path.class);
        assertThat(folder.resolve(hex + ".gguf")).hasBinaryContent(file);
        assertThat(folder.resolve(hex + ".given.json")).exists().content().contains("Name the colour.");
        assertThat(folder.resolve(hex + ".generated.gguf")).doesNotExist();
    }
}
