package dev.icmlora.peft;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.generator.adapter.AdapterLayout;
import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.generator.adapter.Allocation;
import dev.icmlora.generator.adapter.InvalidAdapterException;
import dev.icmlora.generator.adapter.ResidentShape;

/// Zips from anybody: read as PEFT means them, or refused by name. Nothing else may happen.
class PeftReaderTest {

    private static final String PREFIX = "base_model.model.model.layers.3.self_attn.";
    private static final String A = PREFIX + "q_proj.lora_A.weight";
    private static final String B = PREFIX + "q_proj.lora_B.weight";

    /// One head of four rows.
    private static final PeftReader READER = new PeftReader(new PeftModel("test", 1, 1), 4096);

    private static PeftFiles good() {
        return PeftFiles.of(1, 8).matrix(A, 1, 3, 1, 2, 3).matrix(B, 4, 1, 10, 20, 30, 40);
    }

    @Test
    void readsTheMatricesInGgufsOrder() {
        var updates = READER.read(good().zip());

        assertThat(updates).hasSize(1);
        var update = updates.getFirst();
        assertThat(update.weight()).isEqualTo("blk.3.attn_q.weight");
        assertThat(update.factor()).isEqualTo(8);
        assertThat(update.a()).containsExactly(1, 2, 3);
        // The converter interleaves the two halves of a head.
        assertThat(update.b()).containsExactly(10, 30, 20, 40);
    }

    @Test
    void aStabilisedRankHasItsOwnFactor() {
        var zip = PeftFiles.of(4, 8)
                .setting("use_rslora", true)
                .matrix(A, 4, 1, 1, 2, 3, 4)
                .matrix(B, 4, 4, new float[16])
                .zip();

        assertThat(READER.read(zip).getFirst().factor()).isEqualTo(4);
    }

    @ParameterizedTest
    @CsvSource({"F16,15360", "BF16,16256"})
    void halvesOfBothKindsAreNumbers(String type, int one) {
        var data = new byte[] {(byte) one, (byte) (one >> 8), (byte) one, (byte) (one >> 8)};
        var header = """
                {"%s": {"dtype": "%s", "shape": [1, 1], "data_offsets": [0, 2]},
                 "%s": {"dtype": "%s", "shape": [1, 1], "data_offsets": [2, 4]}}""".formatted(v("A"), type, v("B"), type);

        var update = READER.read(zipWith(PeftFiles.weights(header.getBytes(UTF_8), data)))
                .getFirst();

        assertThat(update.module()).isEqualTo("attn_v");
        assertThat(update.a()).containsExactly(1);
    }

    private static String v(String matrix) {
        return PREFIX + "v_proj.lora_" + matrix + ".weight";
    }

    private static byte[] zipWith(byte[] weights) {
        return PeftFiles.zip(Map.of(PeftArchive.CONFIG, good().config(), PeftArchive.WEIGHTS, weights));
    }

    @ParameterizedTest
    @MethodSource("bad")
    void refusesByName(String message, byte[] zip) {
        assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> READER.read(zip))
                .withMessageContaining(message);
    }

    private static Stream<Arguments> bad() {
        return Stream.of(archives(), settings(), tensors()).flatMap(cases -> cases);
    }

    private static Stream<Arguments> archives() {
        var config = good().config();
        var weights = good().weights();
        return Stream.of(
                Arguments.of("adapter_config.json is missing in the zip", "PK\3\4".getBytes(UTF_8)),
                Arguments.of(
                        "adapter_model.safetensors is missing in the zip",
                        PeftFiles.zip(Map.of(PeftArchive.CONFIG, config))),
                Arguments.of(
                        "holds a file of another name",
                        PeftFiles.zip(Map.of("../../etc/" + PeftArchive.CONFIG, config))),
                Arguments.of(
                        "holds a file of another name",
                        PeftFiles.zip(Map.of("/" + PeftArchive.CONFIG, config, PeftArchive.WEIGHTS, weights))),
                Arguments.of(
                        "unpacks to more than the limit of 4096 bytes",
                        PeftFiles.zip(Map.of(PeftArchive.WEIGHTS, new byte[50_000_000]))),
                Arguments.of("is no well-formed zip file", Arrays.copyOf(good().zip(), 60)),
                Arguments.of(
                        "adapter_config.json is not well-formed JSON",
                        PeftFiles.zip(Map.of(PeftArchive.CONFIG, new byte[] {'{'}, PeftArchive.WEIGHTS, weights))),
                Arguments.of(
                        "adapter_config.json is no JSON object",
                        PeftFiles.zip(Map.of(PeftArchive.CONFIG, new byte[] {'1'}, PeftArchive.WEIGHTS, weights))));
    }

    private static Stream<Arguments> settings() {
        return Stream.of(
                Arguments.of(
                        "has peft_type = \"IA3\"",
                        good().setting("peft_type", "IA3").zip()),
                Arguments.of("has r = 0", good().setting("r", 0).zip()),
                Arguments.of("has r = \"1\"", good().setting("r", "1").zip()),
                Arguments.of(
                        "has lora_alpha = null",
                        good().setting("lora_alpha", null).zip()),
                Arguments.of(
                        "has use_dora = true", good().setting("use_dora", true).zip()),
                Arguments.of(
                        "has use_anything_new = true",
                        good().setting("use_anything_new", true).zip()),
                Arguments.of("has bias = \"all\"", good().setting("bias", "all").zip()),
                Arguments.of(
                        "has alora_invocation_tokens = [1,2]",
                        good().setting("alora_invocation_tokens", List.of(1, 2)).zip()),
                Arguments.of(
                        "has fan_in_fan_out = true",
                        good().setting("fan_in_fan_out", true).zip()),
                Arguments.of(
                        "has modules_to_save = [\"lm_head\"]",
                        good().setting("modules_to_save", List.of("lm_head")).zip()),
                Arguments.of(
                        "has init_lora_weights = \"pissa\"",
                        good().setting("init_lora_weights", "pissa").zip()),
                Arguments.of(
                        "have the ranks 1 and 1, but r is 2",
                        good().setting("r", 2).zip()));
    }

    private static Stream<Arguments> tensors() {
        return Stream.of(
                Arguments.of("its header does not fit", zipWith(new byte[4])),
                Arguments.of("its header does not fit", zipWith(new byte[] {1, 1, 1, 1, 1, 1, 1, 1, '{', '}'})),
                Arguments.of("its header does not fit", zipWith(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1, '{', '}'})),
                Arguments.of("its header is no JSON", zipWith(PeftFiles.weights("{}x".getBytes(UTF_8), new byte[0]))),
                Arguments.of(
                        "its header is no JSON",
                        zipWith(PeftFiles.weights("{\"a\":{},\"a\":{}}".getBytes(UTF_8), new byte[0]))),
                Arguments.of("its header is no object", zipWith(PeftFiles.weights("[]".getBytes(UTF_8), new byte[0]))),
                Arguments.of("its tensors take 28 bytes of data, and it has 36", surplus()),
                Arguments.of(
                        "overlaps with another tensor",
                        good().entry(v("A"), "F32", List.of(1, 2), List.of(4, 12))
                                .zip()),
                Arguments.of(
                        "leaves bytes before it unused",
                        good().entry(v("A"), "F32", List.of(1, 2), List.of(100, 108))
                                .zip()),
                Arguments.of(
                        "takes 8 bytes, but its offsets are [28, 32]",
                        good().entry(v("A"), "F32", List.of(1, 2), List.of(28, 32))
                                .zip()),
                Arguments.of(
                        "has the type I64",
                        good().entry(v("A"), "I64", List.of(1, 2), List.of(28, 44))
                                .zip()),
                Arguments.of(
                        "holds -1",
                        good().entry(v("A"), "F32", List.of(-1, 2), List.of(28, 36))
                                .zip()),
                Arguments.of(
                        "holds 9999999999",
                        good().entry(v("A"), "F32", List.of(9_999_999_999L, 2), List.of(28, 36))
                                .zip()),
                Arguments.of(
                        "has the shape [2]",
                        good().entry(v("A"), "F32", List.of(2), List.of(28, 36)).zip()),
                Arguments.of(
                        "has the data offsets []",
                        good().entry(v("A"), "F32", List.of(1, 2), List.of()).zip()),
                Arguments.of(
                        "comes without its other matrix",
                        good().matrix(v("A"), 1, 3, 1, 2, 3).zip()),
                Arguments.of(
                        "is no matrix of a module of LlamaForCausalLM's layers",
                        good().matrix("base_model.model.lm_head.lora_A.weight", 1, 3, 1, 2, 3)
                                .zip()),
                Arguments.of(
                        "no module of a layer: self_attn.w_proj",
                        PeftFiles.of(1, 8)
                                .matrix(PREFIX + "w_proj.lora_A.weight", 1, 3, 1, 2, 3)
                                .matrix(PREFIX + "w_proj.lora_B.weight", 1, 1, 1)
                                .zip()),
                Arguments.of(
                        "3 rows are not those of 1 heads",
                        PeftFiles.of(1, 8)
                                .matrix(A, 1, 3, 1, 2, 3)
                                .matrix(B, 3, 1, 1, 2, 3)
                                .zip()));
    }

    private static byte[] surplus() {
        var weights = good().weights();
        return zipWith(Arrays.copyOf(weights, weights.length + 8));
    }

    /// The objects of its JSON would take hundreds of megabytes.
    @Test
    void aLargeConfigurationIsRefusedBeforeItIsParsed() {
        var config = ("{\"x\":[" + "{\"\":0},".repeat(1 << 18) + "0]}").getBytes(UTF_8);
        var zip = PeftFiles.zip(Map.of(PeftArchive.CONFIG, config, PeftArchive.WEIGHTS, good().weights()));
        var reader = new PeftReader(new PeftModel("test", 1, 1), 1 << 24);

        var refused = Allocation.bytes(() -> assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> reader.read(zip))
                .withMessageContaining("adapter_config.json is larger than 65536 bytes"));

        assertThat(refused).isLessThan(5L * config.length);
    }

    /// Its numbers are NaN, and would take megabytes.
    @Test
    void aZipOfTooHighARankIsRefusedBeforeItsNumbersAreRead() {
        var rank = 128;
        var features = 1 << 12;
        var shape = new ResidentShape(
                new AdapterLayout("llama", 4, 16, 1, List.of(new Target("attn_q", features, features))), List.of());
        var values = new float[rank * features];
        Arrays.fill(values, Float.NaN);
        var zip = PeftFiles.of(rank, 1)
                .matrix(A, rank, features, values)
                .matrix(B, features, rank, values)
                .zip();
        var reader = new PeftReader(new PeftModel("test", 1, 1), 1 << 24);

        var read = Allocation.bytes(() -> reader.read(zip));
        var refused = Allocation.bytes(() -> assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> reader.read(zip, shape::requireRoom))
                .withMessageContaining("rank 128, more than the resident adapter's 16"));

        assertThat(read).isGreaterThan(refused + Float.BYTES * values.length);
    }

    @Test
    void aDamagedZipIsReadOrRefused() {
        var stored = PeftFiles.zip(Map.of(PeftArchive.CONFIG, good().config(), PeftArchive.WEIGHTS, good().weights()));
        var weights = good().weights();
        var random = new Random(11);
        for (var i = 0; i < 3000; i++) {
            // Half of them damage what the checksums of a zip would protect.
            var zip = i % 2 == 0 ? damaged(stored, random) : zipWith(damaged(weights, random));
            try {
                READER.read(zip);
            } catch (InvalidAdapterException refused) {
                assertThat(refused).hasMessageMatching("(?s).+");
            }
        }
    }

    private static byte[] damaged(byte[] file, Random random) {
        var damaged = random.nextInt(4) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
        for (var changes = random.nextInt(3); changes >= 0 && damaged.length > 0; changes--) {
            damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
        }
        return damaged;
    }
}
