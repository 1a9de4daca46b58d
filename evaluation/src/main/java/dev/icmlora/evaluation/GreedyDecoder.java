package dev.icmlora.evaluation;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.SamplingOptions;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.llama.Vocabulary;

/// Answers prompts side by side, taking the likeliest token each time, under whatever adapter the context has.
///
/// The context is borrowed and belongs to the calling thread.
public final class GreedyDecoder implements AutoCloseable {
    private final LlamaContext context;
    private final Vocabulary vocabulary;
    private final int sequences;
    private final TokenBatch batch;

    /// @param context with room for `sequences` sequences
    public GreedyDecoder(LlamaContext context, int sequences) {
        this.context = context;
        this.vocabulary = context.model().vocabulary();
        this.sequences = sequences;
        this.batch = TokenBatch.allocate(context.options().batchTokens(), sequences);
    }

    /// One answer for each prompt, as many side by side as the context has room for.
    public List<String> answer(List<int[]> prompts, int maxTokens) {
        List<String> answers = new ArrayList<>();
        int from = 0;
        int tokens = 0;
        for (int to = 0; to < prompts.size(); to++) {
            int more = prompts.get(to).length + maxTokens;
            if (to - from == sequences
                    || (to > from && tokens + more > context.options().contextTokens())) {
                answers.addAll(together(prompts.subList(from, to), maxTokens));
                from = to;
                tokens = 0;
            }
            tokens += more;
        }
        answers.addAll(together(prompts.subList(from, prompts.size()), maxTokens));
        return answers;
    }

    private List<String> together(List<int[]> prompts, int maxTokens) {
        context.clearMemory();
        List<Answer> answers = new ArrayList<>();
        try (Sampler likeliest = Sampler.create(SamplingOptions.GREEDY, vocabulary)) {
            for (int i = 0; i < prompts.size(); i++) {
                answers.add(new Answer(i, prompts.get(i), maxTokens));
            }
            while (answers.stream().anyMatch(answer -> !answer.ended)) {
                batch.clear();
                answers.forEach(Answer::contribute);
                context.decode(batch);
                answers.forEach(answer -> answer.advance(likeliest));
            }
        }
        return answers.stream().map(Answer::text).toList();
    }

    @Override
    public void close() {
        batch.close();
    }

    /// One sequence: its prompt, then what was written.
    private final class Answer {
        private static final int NONE = -1;

        private final int sequence;
        private final int[] prompt;
        private final int maxTokens;
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private int position;
        private int next;
        private int output;
        private boolean ended;

        Answer(int sequence, int[] prompt, int maxTokens) {
            this.sequence = sequence;
            this.prompt = prompt;
            this.maxTokens = maxTokens;
        }

        /// Adds the prompt's next tokens, as many as fit, or the newest token of the answer.
        void contribute() {
            output = NONE;
            while (!ended && output == NONE && batch.size() < batch.capacity()) {
                boolean writes = position >= prompt.length;
                boolean wanted = position >= prompt.length - 1;
                int index = batch.add(writes ? next : prompt[position], position, sequence, wanted);
                position++;
                output = wanted ? index : NONE;
            }
        }

        void advance(Sampler likeliest) {
            if (output == NONE) {
                return;
            }
            next = likeliest.sample(context, output);
            if (vocabulary.isEndOfGeneration(next)) {
                ended = true;
                return;
            }
            bytes.writeBytes(vocabulary.piece(next));
            ended = position + 1 == prompt.length + maxTokens;
        }

        String text() {
            return bytes.toString(StandardCharsets.UTF_8);
        }
    }
}
