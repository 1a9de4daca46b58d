package dev.icmlora.function.serving;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.llama.Vocabulary;

/// Answers the prompts of one request side by side in one context.
///
/// Up to a fixed number of sequences share each `llama_decode`; when one ends, the next prompt takes its place. Tokens
/// that all prompts begin with are read once and copied. The context's memory is emptied first, so that nothing read
/// under another adapter, or for another request, is ever attended to.
///
/// Belongs to the thread that owns the context.
final class BatchDecoder implements AutoCloseable {

    private final LlamaContext context;
    private final Vocabulary vocabulary;
    private final int sequences;
    private final int contextTokens;
    private final TokenBatch batch;

    /// @param context with room for one sequence more than `sequences`, which holds the shared prefix
    /// @param contextTokens tokens that prompts and answers in progress may take together
    BatchDecoder(LlamaContext context, Vocabulary vocabulary, int sequences, int contextTokens, int batchTokens) {
        this.context = context;
        this.vocabulary = vocabulary;
        this.sequences = sequences;
        this.contextTokens = contextTokens;
        this.batch = TokenBatch.allocate(batchTokens, sequences + 1);
    }

    /// Answers every prompt.
    ///
    /// @param prompts each, with the longest answer, within the context
    /// @throws dev.icmlora.function.error.CancelledException if nobody waits for the answers any more
    Answers decode(List<int[]> prompts, Decoding decoding, Cancellation cancellation) {
        context.clearMemory();
        try (var run = new Run(prompts, decoding, cancellation)) {
            return Traces.span("answer", run::toTheEnd);
        }
    }

    /// The number of tokens that every prompt begins with, short of the last token of the shortest: each prompt needs
    /// one token of its own, whose output starts its answer.
    private static int sharedPrefix(List<int[]> prompts) {
        var first = prompts.getFirst();
        if (prompts.size() == 1) {
            return 0;
        }
        var shared = first.length;
        for (var prompt : prompts) {
            var difference = Arrays.mismatch(first, prompt);
            shared = Math.min(shared, difference < 0 ? first.length : difference);
            shared = Math.min(shared, prompt.length - 1);
        }
        return shared;
    }

    @Override
    public void close() {
        batch.close();
    }

    /// The decoding of one request.
    private final class Run implements AutoCloseable {

        private final List<int[]> prompts;
        private final Decoding decoding;
        private final Cancellation cancellation;
        private final int prefix;
        private final Answer[] answers;
        private final ArrayDeque<Integer> freeIds = new ArrayDeque<>();
        private final List<Running> active = new ArrayList<>();
        private int next;
        private int reserved;
        private long promptNanos;
        private long decodeNanos;

        private Run(List<int[]> prompts, Decoding decoding, Cancellation cancellation) {
            this.prompts = prompts;
            this.decoding = decoding;
            this.cancellation = cancellation;
            this.prefix = sharedPrefix(prompts);
            this.answers = new Answer[prompts.size()];
            for (var id = 0; id < sequences; id++) {
                freeIds.add(id);
            }
        }

        private Answers toTheEnd() {
            readPrefix();
            for (admit(); !active.isEmpty(); admit()) {
                step();
            }
            var promptTokens =
                    prefix + prompts.stream().mapToInt(p -> p.length - prefix).sum();
            return new Answers(List.of(answers), promptTokens, promptNanos, decodeNanos);
        }

        private void readPrefix() {
            for (var position = 0; position < prefix; ) {
                batch.clear();
                while (position < prefix && batch.size() < batch.capacity()) {
                    batch.add(prompts.getFirst()[position], position, prefixId(), false);
                    position++;
                }
                promptNanos += timedDecode();
            }
        }

        private int prefixId() {
            return sequences;
        }

        /// Starts prompts while a sequence and enough of the context are free. The first always fits.
        private void admit() {
            while (next < prompts.size() && !freeIds.isEmpty() && reserved + need(next) <= contextTokens - prefix) {
                var id = freeIds.remove();
                if (prefix > 0) {
                    context.copySequence(prefixId(), id, 0, prefix);
                }
                var options = decoding.sampling();
                var sampler = Sampler.create(options.withSeed(options.seed() + next), vocabulary);
                active.add(new Running(next, new Sequence(id, prompts.get(next), prefix, decoding, sampler)));
                reserved += need(next);
                next++;
            }
        }

        private int need(int index) {
            return prompts.get(index).length - prefix + decoding.maxTokens();
        }

        private void step() {
            batch.clear();
            var readsPrompt = false;
            for (var running : active) {
                readsPrompt |= running.sequence.readsPrompt();
                running.sequence.contribute(batch);
            }
            var nanos = timedDecode();
            if (readsPrompt) {
                promptNanos += nanos;
            } else {
                decodeNanos += nanos;
            }
            active.forEach(this::advance);
            active.removeIf(this::finished);
        }

        private void advance(Running running) {
            var delta = running.sequence.advance(context, vocabulary);
            if (!delta.isEmpty()) {
                decoding.listener().wrote(running.index, delta);
            }
        }

        private boolean finished(Running running) {
            var sequence = running.sequence;
            if (!sequence.ended()) {
                return false;
            }
            answers[running.index] = sequence.answer();
            reserved -= need(running.index);
            context.removeSequence(sequence.id(), -1, -1);
            freeIds.add(sequence.id());
            sequence.close();
            return true;
        }

        private long timedDecode() {
            cancellation.check();
            var start = System.nanoTime();
            context.decode(batch);
            return System.nanoTime() - start;
        }

        @Override
        public void close() {
            active.forEach(running -> running.sequence.close());
        }
    }

    private record Running(int index, Sequence sequence) {}
}
