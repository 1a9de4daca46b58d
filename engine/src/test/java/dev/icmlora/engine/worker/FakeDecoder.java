package dev.icmlora.engine.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.icmlora.engine.worker.Answer.TokenLogprob;
import dev.icmlora.llama.DecodeException;
import dev.icmlora.llama.Sampler.SamplingOptions;

/// A context without a model, which is strict: a gap in a sequence, more than its memory holds, and above
/// all a sequence that was read under another adapter than those applied now, are errors.
///
/// What it writes says how it came about: after a sequence of n tokens comes the token n.
final class FakeDecoder implements Decoder {

    private static final int BATCH = 64;
    private static final int NO_KV_SPACE = 1;

    private final int cells;
    private final Map<Integer, List<Cell>> memory = new HashMap<>();
    private final List<Addition> batch = new ArrayList<>();
    private final Set<Integer> watched = new HashSet<>();
    final List<Set<Integer>> decoded = new ArrayList<>();
    final Queue<RuntimeException> failures = new ArrayDeque<>();
    final Set<Integer> unchoosable = new HashSet<>();
    /// Tokens of these make the memory not finite, and so all scores, until it is wiped.
    final Set<ScaledAdapter> tooLarge = ConcurrentHashMap.newKeySet();
    private boolean spoilt;
    /// Of each batch, how many different adapters its tokens had.
    final List<Integer> weightsOfBatches = new ArrayList<>();
    private List<ScaledAdapter> inUse = List.of();
    Runnable beforeDecode = () -> {};
    int tokensRead;
    private Map<Integer, Integer> lengths = Map.of();

    private final int loraSlots;

    /// @param cells tokens that its memory holds
    FakeDecoder(int cells, int loraSlots) {
        this.cells = cells;
        this.loraSlots = loraSlots;
    }

    /// One token in the memory. Sequences that share it hold the same object.
    private record Cell(int token, Optional<ScaledAdapter> adapter, Object identity) {}

    private record Addition(
            Optional<ScaledAdapter> adapter, int token, int position, List<Integer> sequences, boolean output) {}

    @Override
    public int loraSlots() {
        return loraSlots;
    }

    @Override
    public boolean canShare(ScaledAdapter adapter) {
        return true;
    }

    @Override
    public void use(List<ScaledAdapter> adapter) {
        if (adapter.size() > loraSlots) {
            throw new AssertionError(adapter.size() + " adapter for " + loraSlots + " loraSlots");
        }
        inUse = adapter;
    }

    @Override
    public void begin() {
        batch.clear();
        watched.clear();
    }

    @Override
    public int room() {
        return BATCH - batch.size();
    }

    @Override
    public int outputs() {
        return (int) batch.stream().filter(Addition::output).count();
    }

    @Override
    public int add(Optional<ScaledAdapter> adapter, int token, int position, int[] sequences, boolean output) {
        if (!inUse.containsAll(adapter.stream().toList())) {
            throw new AssertionError("adapter that are not in use");
        }
        batch.add(new Addition(
                adapter, token, position, Arrays.stream(sequences).boxed().toList(), output));
        return batch.size() - 1;
    }

    @Override
    public void watch(int at) {
        watched.add(at);
    }

    /// Token and position.
    @Override
    public List<float[]> states(int at) {
        if (!watched.contains(at)) {
            throw new AssertionError("the token at " + at + " was not watched");
        }
        return List.of(new float[] {batch.get(at).token, batch.get(at).position});
    }

    @Override
    public void decode() {
        beforeDecode.run();
        if (!failures.isEmpty()) {
            throw failures.remove();
        }
        if (usedCells() + batch.size() > cells) {
            throw new DecodeException(NO_KV_SPACE, "the fake is full");
        }
        for (var addition : batch) {
            if (addition.sequences.stream()
                            .map(id -> memory.getOrDefault(id, List.of()))
                            .distinct()
                            .count()
                    > 1) {
                throw new AssertionError("sequences that were told apart share a token: " + addition);
            }
            var cell = new Cell(addition.token, addition.adapter, new Object());
            addition.sequences.forEach(sequence -> remember(addition, cell, sequence));
        }
        spoilt |= batch.stream()
                .anyMatch(
                        addition -> addition.adapter.filter(tooLarge::contains).isPresent());
        tokensRead += batch.size();
        weightsOfBatches.add(
                (int) batch.stream().map(Addition::adapter).distinct().count());
        var sequences = new HashMap<Integer, Integer>();
        for (var i = 0; i < batch.size(); i++) {
            sequences.put(i, batch.get(i).position + 1);
        }
        lengths = sequences;
        decoded.add(new HashSet<>(
                batch.stream().flatMap(addition -> addition.sequences.stream()).toList()));
    }

    private void remember(Addition addition, Cell cell, int id) {
        var sequence = memory.computeIfAbsent(id, _ -> new ArrayList<>());
        if (sequence.size() != addition.position) {
            throw new AssertionError("a gap: " + addition + " after " + sequence.size());
        }
        if (sequence.stream().anyMatch(before -> !before.adapter.equals(addition.adapter))) {
            throw new AssertionError("contamination of sequence " + id);
        }
        sequence.add(cell);
    }

    @Override
    public void wipe() {
        memory.clear();
        spoilt = false;
    }

    @Override
    public boolean areFinite(int output) {
        if (!batch.get(output).output) {
            throw new AssertionError("nothing was asked for after this token");
        }
        return !spoilt;
    }

    int usedCells() {
        return (int) memory.values().stream()
                .flatMap(List::stream)
                .map(Cell::identity)
                .distinct()
                .count();
    }

    @Override
    public void copy(int source, int target, int length) {
        if (memory.containsKey(target)) {
            throw new AssertionError("sequence " + target + " is not empty");
        }
        memory.put(target, new ArrayList<>(memory.get(source).subList(0, length)));
    }

    @Override
    public void remove(int sequence) {
        memory.remove(sequence);
    }

    @Override
    public Chooser chooser(SamplingOptions options) {
        if (options.seed() == -1) {
            throw new IllegalArgumentException("no such grammar");
        }
        return new Chooser() {
            private int last;

            @Override
            public int next(int output) {
                var token = lengths.get(output);
                if (spoilt || last > 0 && token != last + 1) {
                    throw new AssertionError("chose %d after %d".formatted(token, last));
                }
                last = token;
                if (unchoosable.contains(token)) {
                    throw new IllegalStateException("the grammar allows no token here");
                }
                return token;
            }

            @Override
            public void close() {}
        };
    }

    @Override
    public boolean ends(int token) {
        return false;
    }

    @Override
    public byte[] piece(int token) {
        return (token + " ").getBytes(UTF_8);
    }

    @Override
    public TokenLogprob logprob(int token, int output, int top) {
        return new TokenLogprob(piece(token), 0, List.of());
    }

    /// The more likely, the nearer a token is to the one that it would write.
    @Override
    public double[] logprobs(int[] tokens, int output) {
        return Arrays.stream(tokens)
                .mapToDouble(token -> -Math.abs(token - lengths.get(output)))
                .toArray();
    }
}
