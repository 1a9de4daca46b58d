package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.generator.task.PromptFormat;

/// Texts of which an answer is one. The probability of a label is that of its tokens and of the answer's end
/// after them, so one that another begins with is told from it.
public final class Labels {

    /// Branches of a context in which labels are read side by side, beside the sequences of its texts.
    public static final int BRANCHES = 32;

    /// Part of the context that several labels may take.
    private static final int PART_OF_CONTEXT = 16;

    private final List<String> texts;
    private final List<int[]> tokens;
    private final LabelTree tree;
    private final int mostTokens;

    private Labels(List<String> texts, List<int[]> tokens, int partTokens) {
        this.texts = List.copyOf(texts);
        this.tokens = tokens;
        var order = IntStream.range(0, tokens.size())
                .boxed()
                .sorted((a, b) -> Arrays.compare(tokens.get(a), tokens.get(b)))
                .toList();
        this.tree = new LabelTree(order, tokens);
        this.mostTokens = mostTokens(order, partTokens);
    }

    /// Of parts with few labels each, the largest: nobody needs room for more of them at once.
    private int mostTokens(List<Integer> order, int partTokens) {
        var most = 0;
        var from = 0;
        while (from < order.size()) {
            var to = endOfPart(order, from, partTokens);
            most = Math.max(most, new LabelTree(order.subList(from, to), tokens).size() - 1);
            from = to;
        }
        return most;
    }

    /// @param texts two or more, no two of the same tokens
    /// @param contextTokens of the context that reads them; many labels are not read at once, and take little of it
    /// @throws IllegalArgumentException if two have the same tokens
    public static Labels of(List<String> texts, PromptFormat format, int contextTokens) {
        return of(texts, texts.stream().map(format::answer).toList(), contextTokens / PART_OF_CONTEXT);
    }

    /// @param tokens of each label, with the token that ends an answer
    /// @param partTokens that several labels may take of the memory at once
    static Labels of(List<String> texts, List<int[]> tokens, int partTokens) {
        if (new HashSet<>(tokens.stream().map(Arrays::toString).toList()).size() < tokens.size()) {
            throw new IllegalArgumentException("two labels have the same tokens");
        }
        return new Labels(texts, tokens, partTokens);
    }

    private int endOfPart(List<Integer> order, int from, int partTokens) {
        var read = 0;
        for (var to = from; to < order.size(); to++) {
            read += tokens.get(order.get(to)).length - 1;
            if (to > from && (to - from == BRANCHES || read > partTokens)) {
                return to;
            }
        }
        return order.size();
    }

    public int size() {
        return texts.size();
    }

    String text(int label) {
        return texts.get(label);
    }

    /// Tokens of a label, the end of the answer aside.
    int length(int label) {
        return tokens.get(label).length - 1;
    }

    LabelTree tree() {
        return tree;
    }

    /// Tokens of the memory that reading them takes at most, beside the prompt's.
    public int mostTokens() {
        return mostTokens;
    }

    /// Tokens of all labels, what they begin with in common once.
    int allTokens() {
        return tree.size() - 1;
    }
}
