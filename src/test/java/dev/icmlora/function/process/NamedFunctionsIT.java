package dev.icmlora.function.process;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.in;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;

import io.restassured.http.ContentType;
import io.restassured.response.ValidatableResponse;
import io.restassured.specification.RequestSpecification;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Functions that two instances share, and one that is killed.
class NamedFunctionsIT {

    private static final int DEFINITIONS = 12;

    @TempDir
    Path folder;

    @TempDir
    Path adapters;

    private FunctionProcess start(String own) throws IOException {
        return FunctionProcess.start(
                Files.createDirectory(folder.resolve(own)),
                Map.of(
                        "ICM_LORA_ADAPTERS_DIR", adapters.toString(),
                        "ICM_LORA_API_KEYS_ALICE", "key of alice",
                        "ICM_LORA_API_KEYS_BOB", "key of bob",
                        "ICM_LORA_TENANCY", "key"));
    }

    private static RequestSpecification by(String caller) {
        return given().header("Authorization", "Bearer key of " + caller).contentType(ContentType.JSON);
    }

    private static ValidatableResponse define(String address, String label) {
        return by("alice")
                .body(Map.of("task", Map.of("description", "Which?"), "labels", List.of(label, "other")))
                .put(address + "/functions/which")
                .then();
    }

    private static ValidatableResponse call(String caller, String address, String function) {
        return by(caller)
                .body(Map.of("task", Map.of("function", function), "inputs", List.of("x"), "mode", "plain"))
                .post(address + "/generate")
                .then();
    }

    @Test
    void whatTwoInstancesDefineAtOnceIsThereForBothAndAfterAKill() throws Exception {
        var versions = new TreeMap<Integer, String>();
        try (var first = start("first");
                var second = start("second")) {
            var addresses = List.of(first.awaitAddress(), second.awaitAddress());
            var work = IntStream.range(0, DEFINITIONS)
                    .<Callable<Map.Entry<Integer, String>>>mapToObj(i -> () -> {
                        var label = "label " + i;
                        int version = define(addresses.get(i % 2), label)
                                .statusCode(201)
                                .extract()
                                .path("version");
                        return Map.entry(version, label);
                    })
                    .toList();
            try (var clients = Executors.newFixedThreadPool(8)) {
                for (var defined : clients.invokeAll(work)) {
                    assertThat(versions.put(
                                    defined.get().getKey(), defined.get().getValue()))
                            .isNull();
                }
            }
            assertThat(versions).hasSize(DEFINITIONS);
            assertThat(versions.lastKey()).isEqualTo(DEFINITIONS);
            var newest = "which@" + DEFINITIONS;
            for (var address : addresses) {
                call("alice", address, "which").statusCode(200).body("function", equalTo(newest));
                call("bob", address, "which").statusCode(404);
            }
            by("alice")
                    .delete(addresses.getFirst() + "/functions/which@1")
                    .then()
                    .statusCode(204);
            call("alice", addresses.getLast(), "which@1").statusCode(404);
            versions.remove(1);
            first.kill();
            second.kill();
        }

        try (var third = start("third")) {
            var address = third.awaitAddress();
            by("alice")
                    .get(address + "/functions")
                    .then()
                    .statusCode(200)
                    .body("functions[0].name", equalTo("which"))
                    .body("functions[0].versions", equalTo(new ArrayList<>(versions.keySet())));
            versions.forEach((version, label) -> by("alice")
                    .get(address + "/functions/which@" + version)
                    .then()
                    .statusCode(200)
                    .body("labels[0]", equalTo(label)));
            call("alice", address, "which@2").statusCode(200).body("outputs[0]", in(List.of(versions.get(2), "other")));
            assertThat(third.terminate()).isIn(0, 143);
        }
        // The adapters' folder is still one for adapters, and who has a function is not to be read there.
        try (var files = Files.list(adapters.resolve("functions"))) {
            assertThat(files.map(file -> file.getFileName().toString()).toList())
                    .singleElement()
                    .asString()
                    .matches("[0-9a-f]{64}");
        }
    }
}
