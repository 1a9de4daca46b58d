package dev.icmlora.function.serving;

import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.llama.Vocabulary;

/// One prompt and its answer on their way through a context. Not thread-safe.
final class Sequence implements AutoCloseable {

    private static final int NO_OUTPUT = -1;

    private final int id;
    private final int[] prompt;
    private final int maxTokens;
    private final AnswerText answer;
    private final Sampler sampler;
    private int position;
    private int nextToken;
    private int written;
    private int output = NO_OUTPUT;
    private boolean ended;

    /// @param id of the sequence in the context
    /// @param position tokens of the prompt that the context holds already
    Sequence(int id, int[] prompt, int position, Decoding decoding, Sampler sampler) {
        this.id = id;
        this.prompt = prompt;
        this.position = position;
        this.maxTokens = decoding.maxTokens();
        this.answer = new AnswerText(decoding.stops());
        this.sampler = sampler;
    }

    /// Adds what comes next, as much as fits: the newest token of the answer, or a piece of the prompt.
    void contribute(TokenBatch batch) {
        output = NO_OUTPUT;
        if (!readsPrompt()) {
            if (batch.size() < batch.capacity()) {
                output = batch.add(nextToken, position++, id, true);
            }
            return;
        }
        while (readsPrompt() && batch.size() < batch.capacity()) {
            var last = position == prompt.length - 1;
            var index = batch.add(prompt[position], position, id, last);
            position++;
            if (last) {
                output = index;
            }
        }
    }

    /// Takes the next token of the answer, if the decoded batch holds this sequence's output.
    void advance(LlamaContext context, Vocabulary vocabulary) {
        if (output == NO_OUTPUT) {
            return;
        }
        nextToken = sampler.sample(context, output);
        if (vocabulary.isEndOfGeneration(nextToken)) {
            ended = true;
            return;
        }
        written++;
        ended = answer.append(vocabulary.piece(nextToken)) || written == maxTokens;
    }

    int id() {
        return id;
    }

    boolean readsPrompt() {
        return position < prompt.length;
    }

    boolean ended() {
        return ended;
    }

    int written() {
        return written;
    }

    String text() {
        return answer.text();
    }

    @Override
    public void close() {
        sampler.close();
    }
}
