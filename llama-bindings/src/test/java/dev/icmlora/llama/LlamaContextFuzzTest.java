package dev.icmlora.llama;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import com.code_intelligence.jazzer.junit.FuzzTest;
import org.junit.jupiter.api.Test;

import dev.icmlora.Choices;
import dev.icmlora.llama.DecodeException.Reason;

/// Whatever tokens, positions, sequences and indices a context is called with, in whatever order: the call is
/// refused, or the memory then holds exactly what a memory of sets of positions holds, and outputs are there
/// where they were asked for.
class LlamaContextFuzzTest {
    private static final LlamaModel MODEL = SharedModel.get();
    private static final int SEQUENCES = 3;
    private static final int BATCH = 8;
    private static final LlamaContext UNIFIED = context(256, true);
    private static final LlamaContext SEPARATE = context(SEQUENCES * 256, false);

    private static LlamaContext context(int tokens, boolean unified) {
        return LlamaContext.create(
                MODEL, ContextOptions.of(tokens, BATCH).withSequences(SEQUENCES).withUnifiedKv(unified));
    }

    @Test
    void randomCalls() {
        Choices.random(16, 100, LlamaContextFuzzTest::run);
    }

    @FuzzTest
    void calls(byte[] bytes) {
        run(bytes);
    }

    private static void run(byte[] bytes) {
        Choices choices = new Choices(bytes);
        LlamaContext context = choices.of(UNIFIED, SEPARATE);
        context.clearMemory();
        try (TokenBatch batch = TokenBatch.allocate(BATCH, SEQUENCES + 1)) {
            new Session(choices, context, batch).run();
        }
    }

    private record Token(int position, int[] sequences, boolean output) {}

    private static final class Session {
        private final Choices choices;
        private final LlamaContext context;
        private final TokenBatch batch;
        private final List<Token> tokens = new ArrayList<>();
        private final List<TreeSet<Integer>> held = new ArrayList<>();
        /// Of the last batch; empty as long as that was another session's.
        private Optional<Set<Integer>> outputs = Optional.empty();

        Session(Choices choices, LlamaContext context, TokenBatch batch) {
            this.choices = choices;
            this.context = context;
            this.batch = batch;
            for (int sequence = 0; sequence < SEQUENCES; sequence++) {
                held.add(new TreeSet<>());
            }
        }

        void run() {
            while (choices.more()) {
                try {
                    step();
                } catch (IllegalArgumentException | IllegalStateException refused) {
                    assertThat(refused.getMessage()).isNotBlank();
                }
                if (batch.size() == 0) {
                    tokens.clear();
                }
                for (int sequence = 0; sequence < SEQUENCES; sequence++) {
                    assertThat(context.lastPosition(sequence))
                            .as("last position of sequence %d", sequence)
                            .isEqualTo(last(sequence));
                }
            }
        }

        private int last(int sequence) {
            return held.get(sequence).isEmpty() ? -1 : held.get(sequence).last();
        }

        private void step() {
            switch (choices.below(12)) {
                case 0, 1, 2, 3, 4 -> add();
                case 5, 6 -> decode();
                case 7 -> remove();
                case 8 -> copy();
                case 9 -> read();
                case 10 -> {
                    context.clearMemory();
                    held.forEach(Set::clear);
                }
                default -> batch.clear();
            }
        }

        private void add() {
            int[] sequences = new int[choices.of(1, 1, 1, 2, 2, 0, 3, 5)];
            Arrays.setAll(sequences, i -> choices.mostlyBelow(SEQUENCES));
            boolean output = choices.oneIn(2);
            int position = choices.oneIn(8) ? choices.mostlyBelow(300) : next(sequences);
            int index = batch.add(choices.mostlyBelow(1000), position, sequences, output);
            assertThat(index).isEqualTo(tokens.size());
            tokens.add(new Token(position, sequences, output));
        }

        /// Where the first of the sequences goes on, after what the batch has of it.
        private int next(int[] sequences) {
            int sequence = sequences.length > 0 ? sequences[0] : 0;
            int known = sequence >= 0 && sequence < SEQUENCES ? last(sequence) : -1;
            return tokens.stream()
                            .filter(token -> Arrays.stream(token.sequences).anyMatch(s -> s == sequence))
                            .mapToInt(Token::position)
                            .reduce(known, Math::max)
                    + 1;
        }

        private void decode() {
            try {
                context.decode(batch);
            } catch (DecodeException refused) {
                outputs = Optional.of(Set.of());
                assertThat(refused.reason()).isIn(Reason.INVALID, Reason.NO_KV_SPACE);
                return;
            } finally {
                if (choices.oneIn(2)) {
                    batch.clear();
                }
            }
            Set<Integer> asked = new TreeSet<>();
            outputs = Optional.of(asked);
            for (int i = 0; i < tokens.size(); i++) {
                Token token = tokens.get(i);
                Arrays.stream(token.sequences).forEach(s -> held.get(s).add(token.position));
                if (token.output) {
                    asked.add(i);
                }
            }
        }

        private void remove() {
            int sequence = choices.mostlyBelow(SEQUENCES);
            int from = choices.mostlyBelow(12);
            int to = choices.mostlyBelow(12);
            if (context.removeSequence(sequence, from, to)) {
                held.get(sequence).removeIf(position -> isWithin(position, from, to));
            }
        }

        private void copy() {
            int source = choices.mostlyBelow(SEQUENCES);
            int target = choices.mostlyBelow(SEQUENCES);
            int from = choices.of(-1, 0, choices.mostlyBelow(12));
            int to = choices.of(-1, -1, choices.mostlyBelow(12));
            context.copySequence(source, target, from, to);
            held.get(source).stream()
                    .filter(position -> isWithin(position, from, to))
                    .toList()
                    .forEach(held.get(target)::add);
        }

        private static boolean isWithin(int position, int from, int to) {
            return position >= from && (to < 0 || position < to);
        }

        private void read() {
            int index = choices.mostlyBelow(BATCH);
            if (choices.oneIn(4)) {
                context.embedding(index);
            } else if (outputs.isEmpty() || outputs.get().contains(index)) {
                assertThat(context.logits(index)).hasSize(49_152);
            } else {
                context.logits(index);
                throw new AssertionError("logits at " + index + ", which was no output");
            }
        }
    }
}
