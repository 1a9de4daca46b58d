package dev.icmlora.function.http;

import static dev.icmlora.function.Requests.body;
import static dev.icmlora.function.Requests.generate;
import static dev.icmlora.function.Requests.plurals;
import static dev.icmlora.function.Requests.with;
import static io.restassured.RestAssured.given;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.equalTo;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.ZipInputStream;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.quarkus.test.junit.QuarkusTest;
import io.restassured.response.Response;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.ggml.GgufFile;

@QuarkusTest
class DownloadTest {

    private static final int HEAD = 64;
    private static final int HEADS = 9;

    private String id;

    @BeforeEach
    void anAdapterIsKnown() {
        id = generate(with(body(plurals(), "dog"), "mode", "adapter")).extract().path("adapter.id");
    }

    private Response get(String header, String value) {
        return given().header(header, value).get("/adapters/" + id);
    }

    @Test
    void whoAsksForNothingInParticularGetsGguf() {
        var file = get("Accept", "*/*");

        assertThat(file.statusCode()).isEqualTo(200);
        assertThat(file.contentType()).isEqualTo("application/x-gguf");
        assertThat(file.header("ETag")).isEqualTo('"' + id + '"');
        assertThat(new String(file.asByteArray(), 0, 4, UTF_8)).isEqualTo("GGUF");
    }

    @Test
    void anotherFormIsNotThere() {
        assertThat(get("Accept", "text/html").statusCode()).isEqualTo(406);
    }

    @ParameterizedTest
    @ValueSource(strings = {"*/*", "application/zip"})
    void theLengthIsSaidBeforehand(String accept) {
        var whole = get("Accept", accept);
        assertThat(whole.header("Content-Length")).isEqualTo("" + whole.asByteArray().length);
        assertThat(whole.header("Accept-Ranges")).isEqualTo("bytes");

        var head = given().header("Accept", accept).head("/adapters/" + id);
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.header("Content-Length")).isEqualTo(whole.header("Content-Length"));
    }

    @ParameterizedTest
    @CsvSource({
        "*/*,bytes=0-3,0,4",
        "*/*,bytes=10-19,10,20",
        "*/*,bytes=-5,-5,0",
        "*/*,bytes=1000000-,1000000,0",
        "application/zip,bytes=3000-100000,3000,100001",
        "application/zip,bytes=-70000,-70000,0"
    })
    void aRangeIsThatPartOfTheFile(String accept, String range, int from, int to) {
        var whole = get("Accept", accept).asByteArray();
        var start = Math.floorMod(from, whole.length);
        var end = to == 0 ? whole.length : to;

        var part = given().header("Accept", accept).header("Range", range).get("/adapters/" + id);

        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(part.header("Content-Range")).isEqualTo("bytes %d-%d/%d".formatted(start, end - 1, whole.length));
        assertThat(part.header("Content-Length")).isEqualTo("" + (end - start));
        assertThat(part.asByteArray()).isEqualTo(Arrays.copyOfRange(whole, start, end));
    }

    /// As RFC 9110 has it in its section 14.
    ///
    /// @param from first byte, counted from the end where it is negative
    /// @param to last byte, counted in the same way
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "bytes=0-0                                           | 206 |  0 |  0",
                "bytes=-1                                            | 206 | -1 | -1",
                "bytes=0-                                            | 206 |  0 | -1",
                "Bytes=0-3                                           | 206 |  0 |  3",
                "bytes=0-999999999                                   | 206 |  0 | -1",
                "bytes=-999999999                                    | 206 |  0 | -1",
                "bytes=00000000000000000000001-000000000000000000002 | 206 |  1 |  2",
                "bytes=0-99999999999999999999                        | 206 |  0 | -1",
                "bytes=-99999999999999999999                         | 206 |  0 | -1",
                "bytes=999999999-                                    | 416 |    |   ",
                "bytes=999999999-999999999999                        | 416 |    |   ",
                "bytes=99999999999999999999-                         | 416 |    |   ",
                "bytes=99999999999999999999-99999999999999999999     | 416 |    |   ",
                "bytes=-0                                            | 416 |    |   ",
                "bytes=5-2                                           | 200 |    |   ",
                "bytes=99999999999999999999-5                        | 200 |    |   ",
                "bytes=0-0,2-3                                       | 200 |    |   ",
                "bytes=                                              | 200 |    |   ",
                "bytes=-                                             | 200 |    |   ",
                "bytes=--1                                           | 200 |    |   ",
                "bytes=0--1                                          | 200 |    |   ",
                "bytes=1 0-2 0                                       | 200 |    |   ",
                "bytes=x-y                                           | 200 |    |   ",
                "bytes 0-3                                           | 200 |    |   ",
                "lines=1-2                                           | 200 |    |   ",
                "0-3                                                 | 200 |    |   "
            })
    void aRangeIsAPartOrBeyondTheEndOrTheWholeFile(String range, int status, Integer from, Integer to) {
        var whole = get("Accept", "*/*").asByteArray();

        var reply = get("Range", range);

        assertThat(reply.statusCode()).isEqualTo(status);
        switch (status) {
            case 206 -> {
                var first = Math.floorMod(from, whole.length);
                var last = Math.floorMod(to, whole.length);
                assertThat(reply.header("Content-Range"))
                        .isEqualTo("bytes %d-%d/%d".formatted(first, last, whole.length));
                assertThat(reply.asByteArray()).isEqualTo(Arrays.copyOfRange(whole, first, last + 1));
            }
            case 416 -> assertThat(reply.header("Content-Range")).isEqualTo("bytes */" + whole.length);
            default -> {
                assertThat(reply.header("Content-Range")).isNull();
                assertThat(reply.asByteArray()).isEqualTo(whole);
            }
        }
    }

    @Test
    void onlyGetHasRanges() {
        var length = get("Accept", "*/*").header("Content-Length");

        given().header("Range", "bytes=0-3")
                .head("/adapters/" + id)
                .then()
                .statusCode(200)
                .header("Content-Length", equalTo(length));
    }

    @Test
    void aRangeOfAnotherFileIsNotGiven() {
        given().header("Range", "bytes=0-3")
                .header("If-Range", "\"sha256:other\"")
                .get("/adapters/" + id)
                .then()
                .statusCode(200);
        given().header("Range", "bytes=0-3")
                .header("If-Range", '"' + id + '"')
                .get("/adapters/" + id)
                .then()
                .statusCode(206);
    }

    @ParameterizedTest
    @ValueSource(strings = {"application/zip", "application/x-safetensors"})
    void peftGetsItsTwoFilesWithTheSameWeights(String accept) throws IOException {
        var gguf = GgufFile.parse(get("Accept", "application/x-gguf").asByteArray());
        var archive = get("Accept", accept);
        assertThat(archive.contentType()).isEqualTo("application/zip");
        assertThat(archive.header("ETag")).isEqualTo('"' + id + ".peft\"");
        assertThat(get("Accept", accept).asByteArray()).isEqualTo(archive.asByteArray());
        var files = unzip(archive.asByteArray());

        var config = new ObjectMapper().readTree(files.get("adapter_config.json"));
        assertThat(config.get("r").asInt()).isEqualTo(16);
        assertThat(config.get("lora_alpha").asInt()).isEqualTo(32);
        assertThat(config.get("target_modules").toString()).isEqualTo("[\"q_proj\",\"v_proj\"]");

        var tensors = new SafeTensors(files.get("adapter_model.safetensors"));
        assertThat(tensors.header.size()).isEqualTo(gguf.tensors().size() + 1);
        for (var layer : new int[] {0, 29}) {
            var prefix = "base_model.model.model.layers." + layer + ".self_attn.";
            var block = "blk." + layer + ".attn_";
            assertThat(tensors.data(prefix + "q_proj.lora_A.weight")).isEqualTo(data(gguf, block + "q.weight.lora_a"));
            assertThat(tensors.data(prefix + "v_proj.lora_B.weight")).isEqualTo(data(gguf, block + "v.weight.lora_b"));
            assertThat(interleaved(tensors.data(prefix + "q_proj.lora_B.weight"), HEADS * HEAD))
                    .isEqualTo(data(gguf, block + "q.weight.lora_b"));
            assertThat(tensors.header
                            .at("/" + prefix + "q_proj.lora_B.weight/shape")
                            .toString())
                    .isEqualTo("[576,16]");
        }
    }

    /// What llama.cpp's converter does with the rows of q_proj: `reshape(heads, 2, head / 2).swapaxes(1, 2)`.
    private static byte[] interleaved(byte[] data, int rows) {
        var bytes = data.length / rows;
        var result = new byte[data.length];
        var to = 0;
        for (var head = 0; head < HEADS; head++) {
            for (var i = 0; i < HEAD / 2; i++) {
                for (var part = 0; part < 2; part++) {
                    System.arraycopy(data, (head * HEAD + part * (HEAD / 2) + i) * bytes, result, to, bytes);
                    to += bytes;
                }
            }
        }
        return result;
    }

    private static byte[] data(GgufFile file, String name) {
        return file.bytes(file.tensor(name).orElseThrow());
    }

    private static Map<String, byte[]> unzip(byte[] archive) throws IOException {
        var files = new HashMap<String, byte[]>();
        try (var zip = new ZipInputStream(new ByteArrayInputStream(archive))) {
            for (var entry = zip.getNextEntry(); entry != null; entry = zip.getNextEntry()) {
                files.put(entry.getName(), zip.readAllBytes());
            }
        }
        return files;
    }

    private static final class SafeTensors {

        private final JsonNode header;
        private final byte[] file;
        private final int start;

        private SafeTensors(byte[] file) throws IOException {
            var length =
                    (int) ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
            this.file = file;
            this.start = Long.BYTES + length;
            this.header = new ObjectMapper().readTree(file, Long.BYTES, length);
        }

        private byte[] data(String name) {
            var offsets = header.get(name).get("data_offsets");
            return Arrays.copyOfRange(
                    file, start + offsets.get(0).asInt(), start + offsets.get(1).asInt());
        }
    }
}
