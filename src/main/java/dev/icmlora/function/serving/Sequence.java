package dev.icmlora.function.serving;

import java.util.ArrayList;
import java.util.List;

import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.Sampler;
import dev.icmlora.llama.TokenBatch;
import dev.icmlora.llama.Vocabulary;

/// One prompt and its answer on their way through a context. Not thread-safe.
final class Sequence implements AutoCloseable {

    private static final int NO_OUTPUT = -1;

    private final int id;
    private final int[] prompt;
    private final Decoding decoding;
    private final AnswerText answer;
    private final Sampler sampler;
    private final List<Scored> scored = new ArrayList<>();
    private int position;
    private int nextToken;
    private int written;
    private int output = NO_OUTPUT;
    private int reported;
    private Finish finish;

    /// @param id of the sequence in the context
    /// @param position tokens of the prompt that the context holds already
    Sequence(int id, int[] prompt, int position, Decoding decoding, Sampler sampler) {
        this.id = id;
        this.prompt = prompt;
        this.position = position;
        this.decoding = decoding;
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
    ///
    /// @return what the answer grew by
    Delta advance(LlamaContext context, Vocabulary vocabulary) {
        if (output == NO_OUTPUT) {
            return delta();
        }
        nextToken = sampler.sample(context, output);
        if (vocabulary.isEndOfGeneration(nextToken)) {
            finish = Finish.STOP;
            return delta();
        }
        written++;
        decoding.topLogprobs()
                .ifPresent(top -> scored.add(new Scored(
                        answer.length(), TokenLogprob.of(nextToken, context.logits(output), top, vocabulary))));
        if (answer.append(vocabulary.piece(nextToken))) {
            finish = Finish.STOP;
        } else if (written == decoding.maxTokens()) {
            finish = Finish.LENGTH;
        }
        return delta();
    }

    private Delta delta() {
        var text = answer.take(ended());
        var from = reported;
        while (reported < scored.size() && scored.get(reported).start < answer.taken()) {
            reported++;
        }
        return new Delta(text, logprobs(from, reported));
    }

    private List<TokenLogprob> logprobs(int from, int to) {
        return scored.subList(from, to).stream().map(Scored::logprob).toList();
    }

    int id() {
        return id;
    }

    boolean readsPrompt() {
        return position < prompt.length;
    }

    boolean ended() {
        return finish != null;
    }

    /// The answer once it ended.
    Answer answer() {
        return new Answer(answer.text(), finish, written, logprobs(0, reported));
    }

    @Override
    public void close() {
        sampler.close();
    }

    /// @param start byte of the answer at which the token begins
    private record Scored(int start, TokenLogprob logprob) {}
}
