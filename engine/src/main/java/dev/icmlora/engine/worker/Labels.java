package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.generator.task.PromptFormat;

/// Texts of which an answer is one. The probability of a label is that of its tokens and of the answer's end
/// after them, so one that another begins with is told from it.
public final class Labels {

    /// Branches of a context that are read side by side, beside the sequences of its texts.
    public static final int BRANCHES = 32;

    /// Part of the context that the labels of one tree may take.
    private static final int PART_OF_CONTEXT = 16;

    private final List<String> texts;
    private final List<int[]> tokens;
    private final List<LabelTree> trees = new ArrayList<>();

    private Labels(List<String> texts, List<int[]> tokens, int treeTokens) {
        this.texts = List.copyOf(texts);
        this.tokens = tokens;
        var order = IntStream.range(0, tokens.size())
                .boxed()
                .sorted((a, b) -> Arrays.compare(tokens.get(a), tokens.get(b)))
                .toList();
        var from = 0;
        while (from < order.size()) {
            var to = endOfTree(order, from, treeTokens);
            trees.add(new LabelTree(order.subList(from, to), tokens));
            from = to;
        }
    }

    /// @param texts two or more, no two of the same tokens
    /// @param contextTokens of the context that reads them; many labels are read in parts that take little
    /// of it
    /// @throws IllegalArgumentException if two have the same tokens
    public static Labels of(List<String> texts, PromptFormat format, int contextTokens) {
        return of(texts, texts.stream().map(format::answer).toList(), contextTokens / PART_OF_CONTEXT);
    }

    /// @param tokens of each label, with the token that ends an answer
    /// @param treeTokens that a tree of more than one label has at most
    static Labels of(List<String> texts, List<int[]> tokens, int treeTokens) {
        if (new HashSet<>(tokens.stream().map(Arrays::toString).toList()).size() < tokens.size()) {
            throw new IllegalArgumentException("two labels have the same tokens");
        }
        return new Labels(texts, tokens, treeTokens);
    }

    private int endOfTree(List<Integer> order, int from, int treeTokens) {
        var read = 0;
        for (var to = from; to < order.size(); to++) {
            read += tokens.get(order.get(to)).length - 1;
            if (to > from && (to - from == BRANCHES || read > treeTokens)) {
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

    /// Read one after the other; together they have all labels.
    List<LabelTree> trees() {
        return trees;
    }

    /// Branches of the widest tree.
    int branches() {
        return trees.stream().mapToInt(LabelTree::branches).max().orElse(0);
    }

    /// Tokens of the largest tree.
    public int mostTokens() {
        return trees.stream().mapToInt(tree -> tree.size() - 1).max().orElse(0);
    }

    /// Tokens that are read after each prompt.
    int readTokens() {
        return trees.stream().mapToInt(tree -> tree.size() - 1).sum();
    }
}
