package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

import dev.icmlora.llama.Vocabulary;

/// A written token and how likely the model found it, before temperature and every other sampling option.
///
/// @param bytes the token's UTF-8 bytes, which need not be whole characters
/// @param logprob natural logarithm of its probability
/// @param likeliest the likeliest tokens at its place, the likeliest first, each without such a list of its
/// own
public record TokenLogprob(byte[] bytes, double logprob, List<TokenLogprob> likeliest) {

    /// @param logits one for each token of the vocabulary
    /// @param top how many of the likeliest tokens to name
    static TokenLogprob of(int token, float[] logits, int top, Vocabulary vocabulary) {
        var normaliser = logSumExp(logits);
        var likeliest = likeliest(logits, top).stream()
                .map(id -> new TokenLogprob(vocabulary.piece(id), logits[id] - normaliser, List.of()))
                .toList();
        return new TokenLogprob(vocabulary.piece(token), logits[token] - normaliser, likeliest);
    }

    /// Natural logarithms of the probabilities of some tokens.
    ///
    /// @param logits one for each token of the vocabulary
    static double[] of(int[] tokens, float[] logits) {
        var normaliser = logSumExp(logits);
        return Arrays.stream(tokens)
                .mapToDouble(token -> logits[token] - normaliser)
                .toArray();
    }

    private static double logSumExp(float[] logits) {
        var max = Float.NEGATIVE_INFINITY;
        for (var logit : logits) {
            max = Math.max(max, logit);
        }
        var sum = 0.0;
        for (var logit : logits) {
            sum += Math.exp(logit - max);
        }
        return max + Math.log(sum);
    }

    private static List<Integer> likeliest(float[] logits, int top) {
        var byLogit = Comparator.<Integer>comparingDouble(id -> logits[id]);
        var best = new PriorityQueue<>(Math.max(1, top), byLogit);
        for (var id = 0; id < logits.length && top > 0; id++) {
            if (best.size() < top) {
                best.add(id);
            } else if (logits[id] > logits[best.peek()]) {
                best.remove();
                best.add(id);
            }
        }
        var sorted = new ArrayList<>(best);
        sorted.sort(byLogit.reversed());
        return sorted;
    }
}
