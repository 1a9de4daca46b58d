package dev.icmlora.engine.scoring;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

import dev.icmlora.engine.scoring.PromptTree.Node;
import dev.icmlora.engine.scoring.Score.OfExample;
import dev.icmlora.engine.scoring.Scoring.Expectation;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.TokenBatch;

/// Puts an scoring to whatever weights a context has, in one pass where the batch is large enough.
///
/// The context is borrowed, must have room for [Scoring#SEQUENCES] more sequences than others use, and
/// belongs to the calling thread. Its memory is left as it was found.
public final class Scorer implements AutoCloseable {
    /// Scores further below the highest than this add nothing that a float would notice.
    private static final float NEGLIGIBLE = 17;

    private final LlamaContext context;
    private final int firstSequence;
    private final TokenBatch batch;

    /// Has the context to itself.
    ///
    /// @param batchTokens tokens of one decode
    public Scorer(LlamaContext context, int batchTokens) {
        this(context, batchTokens, 0);
    }

    /// @param batchTokens tokens of one decode
    /// @param firstSequence from here on sequences are the scorer's
    public Scorer(LlamaContext context, int batchTokens, int firstSequence) {
        this.context = context;
        this.firstSequence = firstSequence;
        this.batch = TokenBatch.allocate(batchTokens, context.options().maxSequences());
    }

    /// @param beforeDecode called before every decode; what it throws ends the scoring
    public Map<PromptForm, Score> score(Scoring scoring, Runnable beforeDecode) {
        Map<PromptForm, Marks> marks = new EnumMap<>(PromptForm.class);
        scoring.forms()
                .forEach(form -> marks.put(form, new Marks(scoring.examples().size())));
        List<Node> nodes = scoring.tree().nodes();
        List<Expectation> expectations = scoring.expectations();
        boolean[] outputs = new boolean[nodes.size()];
        expectations.forEach(expectation -> outputs[expectation.node()] = true);

        try {
            read(nodes, outputs, expectations, marks, beforeDecode);
        } finally {
            forget(scoring.tree().sequences());
        }
        Map<PromptForm, Score> scores = new EnumMap<>(PromptForm.class);
        marks.forEach((form, of) -> scores.put(form, of.score()));
        return scores;
    }

    /// Reads a prompt up to the end of its last answer, and tells what is predicted at each token of that
    /// answer, its end of turn aside.
    ///
    /// @param beforeDecode called before every decode; what it throws ends the reading
    public void predict(Prompt prompt, Prediction prediction, Runnable beforeDecode) {
        int[] tokens = prompt.tokens();
        Prompt.Answer answer = prompt.answers().getLast();
        int end = answer.to() - 2;
        try {
            for (int from = 0; from < end; from += batch.capacity()) {
                int to = Math.min(end, from + batch.capacity());
                batch.clear();
                for (int i = from; i < to; i++) {
                    batch.add(tokens[i], i, firstSequence, i >= answer.from() - 1);
                }
                beforeDecode.run();
                context.decode(batch);
                for (int i = Math.max(from, answer.from() - 1); i < to; i++) {
                    prediction.at(tokens[i + 1], context.logits(i - from));
                }
            }
        } finally {
            forget(1);
        }
    }

    private void forget(int sequences) {
        for (var i = 0; i < sequences; i++) {
            context.removeSequence(firstSequence + i, -1, -1);
        }
    }

    private void read(
            List<Node> nodes,
            boolean[] outputs,
            List<Expectation> expectations,
            Map<PromptForm, Marks> marks,
            Runnable beforeDecode) {
        var next = 0;
        for (var start = 0; start < nodes.size(); start += batch.capacity()) {
            var end = Math.min(nodes.size(), start + batch.capacity());
            batch.clear();
            for (var i = start; i < end; i++) {
                Node node = nodes.get(i);
                var sequences = IntStream.of(node.members())
                        .map(member -> firstSequence + member)
                        .toArray();
                batch.add(node.token(), node.position(), sequences, outputs[i]);
            }
            beforeDecode.run();
            context.decode(batch);
            next = read(expectations, next, start, end, marks);
        }
    }

    /// Marks the expectations of nodes `[start, end)`, which are the last batch.
    ///
    /// @return the first expectation of a later node
    private int read(List<Expectation> expectations, int from, int start, int end, Map<PromptForm, Marks> marks) {
        var next = from;
        while (next < expectations.size() && expectations.get(next).node() < end) {
            var node = expectations.get(next).node();
            var logits = context.logits(node - start);
            var likeliest = likeliest(logits);
            var logSum = logSumOfExponentials(logits, logits[likeliest]);
            // Several prompts may share the node, and so its output.
            for (; next < expectations.size() && expectations.get(next).node() == node; next++) {
                Expectation expected = expectations.get(next);
                var nats = logSum - logits[expected.token()];
                marks.get(expected.form()).add(expected.example(), nats, likeliest == expected.token());
            }
        }
        return next;
    }

    private static int likeliest(float[] logits) {
        var likeliest = 0;
        for (var i = 1; i < logits.length; i++) {
            if (logits[i] > logits[likeliest]) {
                likeliest = i;
            }
        }
        return likeliest;
    }

    private static double logSumOfExponentials(float[] logits, float highest) {
        var sum = 0.0;
        for (var logit : logits) {
            if (logit > highest - NEGLIGIBLE) {
                sum += Math.exp(logit - highest);
            }
        }
        return highest + Math.log(sum);
    }

    @Override
    public void close() {
        batch.close();
    }

    /// What was marked of each example so far.
    private static final class Marks {
        private final double[] nats;
        private final int[] tokens;
        private final boolean[] exact;

        Marks(int examples) {
            this.nats = new double[examples];
            this.tokens = new int[examples];
            this.exact = new boolean[examples];
            Arrays.fill(exact, true);
        }

        void add(int example, double moreNats, boolean likeliest) {
            nats[example] += moreNats;
            tokens[example]++;
            exact[example] &= likeliest;
        }

        Score score() {
            return new Score(IntStream.range(0, nats.length)
                    .mapToObj(i -> new OfExample(nats[i], tokens[i], exact[i]))
                    .toList());
        }
    }
}
