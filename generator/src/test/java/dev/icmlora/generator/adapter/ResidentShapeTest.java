package dev.icmlora.generator.adapter;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.icmlora.generator.adapter.AdapterLayout.Target;
import dev.icmlora.ggml.GgmlType;
import dev.icmlora.ggml.GgufWriter;
import dev.icmlora.ggml.Halves;
import dev.icmlora.llama.NamedTensor;

/// Adapters from elsewhere, and sums of adapters, in the shape of the resident one.
class ResidentShapeTest {
    private static final Target QUERY = new Target("attn_q", 6, 4);
    private static final Target VALUE = new Target("attn_v", 6, 2);
    private static final int RANK = 3;
    private static final AdapterLayout LAYOUT = new AdapterLayout("llama", 2, RANK, 6, List.of(QUERY, VALUE));
    private static final ResidentShape SHAPE = new ResidentShape(LAYOUT, matrices(1, true));

    private static List<NamedTensor> matrices(long seed, boolean a) {
        Random random = new Random(seed);
        List<NamedTensor> matrices = new ArrayList<>();
        for (int layer = 0; layer < LAYOUT.layers(); layer++) {
            for (Target target : LAYOUT.targets()) {
                String name = a ? AdapterLayout.nameOfA(layer, target) : AdapterLayout.nameOfB(layer, target);
                long[] shape = a ? new long[] {target.in(), RANK} : new long[] {RANK, target.out()};
                byte[] data = Halves.toF16(gaussians(random, (int) (shape[0] * shape[1])));
                matrices.add(new NamedTensor(name, GgmlType.F16, shape, data));
            }
        }
        return matrices;
    }

    private static float[] gaussians(Random random, int count) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = (float) random.nextGaussian();
        }
        return values;
    }

    private static Adapter generated(long seed) {
        return new Adapter(LAYOUT, SHAPE.sharedA(), matrices(seed, false));
    }

    private static LowRankUpdate update(int layer, Target target, int rank, float factor, long seed) {
        Random random = new Random(seed);
        return new LowRankUpdate(
                layer,
                target.module(),
                rank,
                target.in(),
                target.out(),
                factor,
                gaussians(random, rank * target.in()),
                gaussians(random, target.out() * rank));
    }

    /// What an adapter adds to a weight, `[out, in]`.
    private static float[] effect(Adapter adapter, int layer, Target target) {
        AdapterLayout layout = adapter.layout();
        int index = layer * layout.targets().size() + layout.targets().indexOf(target);
        float[] a = Halves.fromF16(adapter.fixed().get(index).data());
        float[] b = Halves.fromF16(adapter.generated().get(index).data());
        return effect(new LowRankUpdate(
                layer,
                target.module(),
                layout.rank(),
                target.in(),
                target.out(),
                layout.alpha() / layout.rank(),
                a,
                b));
    }

    private static float[] effect(LowRankUpdate update) {
        float[] effect = new float[update.out() * update.in()];
        for (int o = 0; o < update.out(); o++) {
            for (int i = 0; i < update.in(); i++) {
                for (int r = 0; r < update.rank(); r++) {
                    effect[o * update.in() + i] +=
                            update.factor() * update.b()[o * update.rank() + r] * update.a()[r * update.in() + i];
                }
            }
        }
        return effect;
    }

    /// It is the same shape's, since only such adapters share a batch.
    @Test
    void theUnchangedAdapterAddsNothingAndHasTheSharedA() {
        Adapter unchanged = SHAPE.unchanged();
        assertThat(unchanged.fixed()).isEqualTo(SHAPE.sharedA());
        assertThat(unchanged.generated()).hasSameSizeAs(generated(1).generated());
        for (int layer = 0; layer < LAYOUT.layers(); layer++) {
            assertThat(effect(unchanged, layer, QUERY)).containsOnly(0);
            assertThat(effect(unchanged, layer, VALUE)).containsOnly(0);
        }
        assertThat(SHAPE.read(unchanged.gguf()).id()).isEqualTo(unchanged.id());
    }

    @Test
    void aFileThatWasWrittenHereIsTheSameAdapterWhenRead() {
        Adapter adapter = generated(2);

        Adapter read = SHAPE.fit(GgufAdapter.read(adapter.gguf(), "llama"));

        assertThat(read.id()).isEqualTo(adapter.id());
        assertThat(read.fixed()).isEqualTo(adapter.fixed());
        assertThat(read.ownBytes()).isEqualTo(adapter.ownBytes());
    }

    @Test
    void aLowerRankAndAnotherAlphaDoTheSameAndTheRestIsUntouched() {
        LowRankUpdate update = update(1, VALUE, 2, 0.5f, 3);

        Adapter adapter = SHAPE.fit(List.of(update));

        assertThat(effect(adapter, 1, VALUE)).containsExactly(effect(update), within(0.01f));
        assertThat(effect(adapter, 0, VALUE)).containsOnly(0);
        assertThat(effect(adapter, 1, QUERY)).containsOnly(0);
        assertThat(adapter.ownBytes()).isEqualTo(adapter.bytes());
        assertThat(adapter.withGenerated(generated(3).generated()).ownBytes()).isEqualTo(adapter.bytes());
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyFloatTypeAndAlphaOfAFileIsRead(GgmlType type, float alpha, float factor) {
        LowRankUpdate update = update(0, QUERY, 2, factor, 4);

        Adapter adapter = SHAPE.fit(GgufAdapter.read(file(update, type, alpha).toBytes(), "llama"));

        assertThat(effect(adapter, 0, QUERY)).containsExactly(effect(update), within(0.06f));
    }

    private static Stream<Arguments> types() {
        return Stream.of(
                Arguments.of(GgmlType.F32, 4, 2),
                Arguments.of(GgmlType.F16, 1, 0.5f),
                // As llama.cpp has it, an alpha of 0 is none.
                Arguments.of(GgmlType.F32, 0, 1));
    }

    private static GgufWriter file(LowRankUpdate update, GgmlType type, float alpha) {
        GgufWriter file = new GgufWriter()
                .string("general.type", "adapter")
                .string("general.architecture", "llama")
                .string("adapter.type", "lora")
                .float32("adapter.lora.alpha", alpha);
        return file.tensor(
                        update.weight() + ".lora_a",
                        type,
                        new long[] {update.in(), update.rank()},
                        bytes(type, update.a()))
                .tensor(
                        update.weight() + ".lora_b",
                        type,
                        new long[] {update.rank(), update.out()},
                        bytes(type, update.b()));
    }

    private static byte[] bytes(GgmlType type, float[] values) {
        if (type == GgmlType.F16) {
            return Halves.toF16(values);
        }
        ByteBuffer bytes = ByteBuffer.allocate(Float.BYTES * values.length).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes.array();
    }

    @Test
    void anAdapterDoesTheSameWhereThereIsRoomForMore() {
        Target up = new Target("ffn_up", 6, 3);
        Adapter narrow = generated(7);
        ResidentShape wide = SHAPE.widened(new AdapterLayout("llama", 2, 5, 10, List.of(QUERY, VALUE, up)));

        Adapter adapter = wide.widen(narrow);

        assertThat(adapter.layout()).isEqualTo(wide.layout());
        assertThat(adapter.fixed()).isEqualTo(wide.sharedA());
        for (int layer = 0; layer < 2; layer++) {
            for (Target target : List.of(QUERY, VALUE)) {
                assertThat(effect(adapter, layer, target))
                        .containsExactly(effect(narrow, layer, target), within(1e-5f));
            }
            assertThat(effect(adapter, layer, up)).containsOnly(0);
        }
        assertThat(SHAPE.widened(LAYOUT).widen(narrow)).isSameAs(narrow);
        assertThat(wide.sum(List.of(adapter, adapter), new float[] {1, -1}).fixed())
                .isEqualTo(wide.sharedA());
    }

    @ParameterizedTest
    @MethodSource("unfit")
    void whatTheResidentAdapterCannotHoldIsRefusedByName(String message, List<LowRankUpdate> updates) {
        assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> SHAPE.fit(updates))
                .withMessageContaining(message);
    }

    private static Stream<Arguments> unfit() {
        LowRankUpdate good = update(0, QUERY, 2, 1, 5);
        return Stream.of(
                Arguments.of("changes no weight", List.of()),
                Arguments.of("blk.0.attn_q.weight is changed twice", List.of(good, good)),
                Arguments.of("rank 4, more than the resident adapter's 3", List.of(update(0, QUERY, 4, 1, 5))),
                Arguments.of(
                        "rank 4, more than the resident adapter's 3",
                        List.of(changed(update(0, QUERY, 4, 1, 5), values -> values[3] = Float.NaN))),
                Arguments.of("layer 2, but the base model has 2", List.of(update(2, QUERY, 1, 1, 5))),
                Arguments.of(
                        "takes 6 features to 3, but the base model's takes 6 to 4",
                        List.of(update(0, new Target("attn_q", 6, 3), 1, 1, 5))),
                Arguments.of(
                        "adapters here change attn_q, attn_v only",
                        List.of(update(0, new Target("ffn_up", 6, 4), 1, 1, 5))),
                Arguments.of("holds NaN", List.of(update(0, QUERY, 1, Float.NaN, 5))),
                Arguments.of("holds NaN", List.of(changed(good, values -> values[3] = Float.NaN))),
                Arguments.of("holds Infinity", List.of(changed(good, values -> values[0] = Float.POSITIVE_INFINITY))),
                Arguments.of("outside the range", List.of(changed(good, values -> values[0] = 70_000))));
    }

    /// Its numbers are NaN, and would take megabytes.
    @Test
    void aFileOfTooHighARankIsRefusedBeforeItsNumbersAreRead() {
        Target wide = new Target("attn_q", 1 << 12, 1 << 12);
        ResidentShape shape = new ResidentShape(new AdapterLayout("llama", 1, 16, 1, List.of(wide)), List.of());
        byte[] file = file(
                        changed(update(0, wide, 128, 1, 5), values -> Arrays.fill(values, Float.NaN)), GgmlType.F16, 1)
                .toBytes();
        long numbers = 2L * 128 * (1 << 12);

        long read = Allocation.bytes(() -> GgufAdapter.read(file, "llama"));
        long refused = Allocation.bytes(() -> assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> GgufAdapter.read(file, "llama", shape::requireRoom))
                .withMessageContaining("rank 128, more than the resident adapter's 16"));

        assertThat(read).isGreaterThan(refused + Float.BYTES * numbers / 2);
    }

    private static LowRankUpdate changed(LowRankUpdate update, Consumer<float[]> change) {
        float[] a = update.a().clone();
        change.accept(a);
        return new LowRankUpdate(
                update.layer(),
                update.module(),
                update.rank(),
                update.in(),
                update.out(),
                update.factor(),
                a,
                update.b());
    }

    @ParameterizedTest
    @MethodSource("noAdapters")
    void aFileThatIsNoLoraOfThisBaseIsRefusedByName(String message, GgufWriter file) {
        assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> GgufAdapter.read(file.toBytes(), "llama"))
                .withMessageContaining(message);
    }

    private static Stream<Arguments> noAdapters() {
        LowRankUpdate good = update(0, QUERY, 2, 1, 5);
        byte[] halves = new byte[2 * 6 * 2];
        return Stream.of(
                Arguments.of("general.type is null, not adapter", new GgufWriter()),
                Arguments.of("adapter.type is null", new GgufWriter().string("general.type", "adapter")),
                Arguments.of(
                        "general.architecture is qwen2, not llama",
                        new GgufWriter()
                                .string("general.type", "adapter")
                                .string("adapter.type", "lora")
                                .string("general.architecture", "qwen2")),
                Arguments.of("alpha is NaN", file(good, GgmlType.F16, Float.NaN)),
                Arguments.of(
                        "activated LoRA",
                        file(good, GgmlType.F16, 1).ints("adapter.alora.invocation_tokens", new int[] {1})),
                Arguments.of(
                        "has only one of its two matrices",
                        file(good, GgmlType.F16, 1)
                                .tensor("blk.1.attn_q.weight.lora_a", GgmlType.F16, new long[] {6, 2}, halves)),
                Arguments.of(
                        "an A of rank 2, but a B of rank 3",
                        file(good, GgmlType.F16, 1)
                                .tensor("blk.1.attn_q.weight.lora_a", GgmlType.F16, new long[] {6, 2}, halves)
                                .tensor("blk.1.attn_q.weight.lora_b", GgmlType.F16, new long[] {3, 4}, halves)),
                Arguments.of(
                        "token_embd.weight.lora_a is no matrix of a layer's module",
                        file(good, GgmlType.F16, 1)
                                .tensor("token_embd.weight.lora_a", GgmlType.F16, new long[] {6, 2}, halves)),
                Arguments.of(
                        "has no two dimensions",
                        file(good, GgmlType.F16, 1)
                                .tensor("blk.1.attn_q.weight.lora_a", GgmlType.F16, new long[] {12}, halves)),
                Arguments.of(
                        "has the type I8",
                        file(good, GgmlType.F16, 1)
                                .tensor("blk.1.attn_q.weight.lora_a", GgmlType.I8, new long[] {12, 2}, halves)));
    }

    /// Whatever is in the file, the only failure is the one that callers know.
    @Test
    void aDamagedFileIsReadOrRefused() {
        byte[] file = generated(2).gguf();
        Random random = new Random(7);
        for (int i = 0; i < 2000; i++) {
            byte[] damaged = random.nextInt(4) == 0 ? Arrays.copyOf(file, random.nextInt(file.length)) : file.clone();
            for (int changes = random.nextInt(4); changes >= 0 && damaged.length > 0; changes--) {
                damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
            }
            try {
                SHAPE.fit(GgufAdapter.read(damaged, "llama"));
            } catch (InvalidAdapterException refused) {
                assertThat(refused).hasMessageMatching("(?s).+");
            }
        }
    }

    @Test
    void theSumOfGeneratedAdaptersKeepsTheirA() {
        Adapter sum = SHAPE.sum(List.of(generated(2), generated(3)), new float[] {0.5f, -1});

        assertThat(sum.fixed()).isEqualTo(SHAPE.sharedA());
        assertThat(effect(sum, 1, QUERY))
                .containsExactly(combined(1, QUERY, generated(2), 0.5f, generated(3), -1), within(0.05f));
    }

    /// A weight that rounds to zero may be a negative one.
    @Test
    void twoHalvesOfAnAdapterAreThatAdapter() {
        List<NamedTensor> b = new ArrayList<>(matrices(2, false));
        NamedTensor first = b.getFirst();
        float[] values = Halves.fromF16(first.data());
        values[0] = -0f;
        b.set(0, new NamedTensor(first.name(), first.type(), first.shape(), Halves.toF16(values)));
        Adapter adapter = generated(2).withGenerated(b);

        assertThat(SHAPE.sum(List.of(adapter, adapter), new float[] {0.5f, 0.5f})
                        .id())
                .isEqualTo(adapter.id());
    }

    @Test
    void theSumOfAdaptersWithDifferentAStacksTheirRanks() {
        Adapter one = SHAPE.fit(List.of(update(0, QUERY, 1, 1, 8)));
        Adapter other = SHAPE.fit(List.of(update(0, QUERY, 2, 0.5f, 9), update(1, VALUE, 1, 1, 9)));

        Adapter sum = SHAPE.sum(List.of(one, other), new float[] {2, 0.25f});

        for (Target target : LAYOUT.targets()) {
            for (int layer = 0; layer < LAYOUT.layers(); layer++) {
                assertThat(effect(sum, layer, target))
                        .containsExactly(combined(layer, target, one, 2, other, 0.25f), within(0.05f));
            }
        }
    }

    private static float[] combined(int layer, Target target, Adapter one, float first, Adapter other, float second) {
        float[] sum = effect(one, layer, target);
        float[] addend = effect(other, layer, target);
        for (int i = 0; i < sum.length; i++) {
            sum[i] = first * sum[i] + second * addend[i];
        }
        return sum;
    }

    @Test
    void aSumOfTooHighARankOrTooLargeNumbersIsRefused() {
        Adapter foreign = SHAPE.fit(List.of(update(0, QUERY, 1, 1, 8)));

        assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> SHAPE.sum(List.of(foreign, generated(2)), new float[] {1, 1}))
                .withMessageContaining("rank 4, more than the resident adapter's 3");
        assertThatExceptionOfType(InvalidAdapterException.class)
                .isThrownBy(() -> SHAPE.sum(List.of(generated(2)), new float[] {1e6f}))
                .withMessageContaining("outside the range of 16-bit floats");
    }
}
