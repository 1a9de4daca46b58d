package dev.icmlora;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.function.Consumer;

/// Decisions made from bytes, so that a fuzzer can steer a test: the same bytes, the same decisions. Once the
/// bytes are used up, every decision is the first.
public final class Choices {
    private static final int[] EDGES = {
        -1, 0, 1, Integer.MAX_VALUE, Integer.MIN_VALUE, Integer.MAX_VALUE - 1, 255, 256, 257, 49_151, 49_152
    };
    private static final float[] ODD_FLOATS = {
        Float.NaN,
        Float.POSITIVE_INFINITY,
        Float.NEGATIVE_INFINITY,
        -0f,
        Float.MIN_VALUE,
        Float.MAX_VALUE,
        -Float.MAX_VALUE,
        -1,
        1e-30f,
        65_504,
        65_520
    };

    private final byte[] bytes;
    private int at;

    public Choices(byte[] bytes) {
        this.bytes = bytes;
    }

    /// Runs a test on random bytes, as many times, and names the seed of those that fail it.
    public static void random(int times, int length, Consumer<byte[]> test) {
        for (int seed = 0; seed < times; seed++) {
            byte[] bytes = new byte[length];
            new Random(seed).nextBytes(bytes);
            try {
                test.accept(bytes);
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError("random bytes of seed " + seed, e);
            }
        }
    }

    public boolean more() {
        return at < bytes.length;
    }

    /// 0 to `bound - 1`; bound at most 65536.
    public int below(int bound) {
        int number = next();
        return (bound > 256 ? number << Byte.SIZE | next() : number) % bound;
    }

    public boolean oneIn(int chances) {
        return below(chances) == chances - 1;
    }

    /// Mostly 0 to `bound - 1`; now and then any number, above all those that programs stumble over.
    public int mostlyBelow(int bound) {
        return switch (below(16)) {
            case 14 -> EDGES[below(EDGES.length)];
            case 15 -> next() << 24 | next() << 16 | next() << 8 | next();
            default -> below(bound);
        };
    }

    /// Mostly between the two; now and then something else, above all what is no number.
    public float mostlyBetween(float from, float to) {
        return oneIn(8) ? ODD_FLOATS[below(ODD_FLOATS.length)] : from + (to - from) * below(256) / 255;
    }

    @SafeVarargs
    public final <T> T of(T... things) {
        return things[below(things.length)];
    }

    /// What is left, as text.
    public String text() {
        String text = new String(bytes, at, bytes.length - at, StandardCharsets.UTF_8);
        at = bytes.length;
        return text;
    }

    private int next() {
        return at < bytes.length ? Byte.toUnsignedInt(bytes[at++]) : 0;
    }
}
