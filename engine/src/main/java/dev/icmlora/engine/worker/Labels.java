package dev.icmlora.engine.worker;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.request.UnusableInputException.Part;
import dev.icmlora.generator.task.PromptFormat;

/// Texts of which an answer is one. For example, "delivery" and "refund" differ in their first token already,
/// so the scores after the prompt tell how likely each is, and nothing more is read.
///
/// The score of a label is the probability that an answer begins with its tokens, up to the first one that
/// tells it from all others. The token that ends an answer is one of them where another label goes on after
/// this one: "wait" is told from "wait and see" by its end.
public final class Labels {

    /// Branches of a context that are read side by side, beside the sequences of its texts.
    public static final int BRANCHES = 32;

    /// Part of the context that the labels of one tree may take.
    private static final int PART_OF_CONTEXT = 16;

    private final List<String> texts;
    private final List<int[]> tokens;
    private final List<LabelTree> trees = new ArrayList<>();

    /// @param ends whether a label's end is scored even where nothing begins with the label
    private Labels(List<String> texts, List<int[]> tokens, boolean ends, int branches, int treeTokens) {
        this.texts = List.copyOf(texts);
        this.tokens = tokens;
        var order = IntStream.range(0, tokens.size())
                .boxed()
                .sorted((a, b) -> Arrays.compare(tokens.get(a), tokens.get(b)))
                .toList();
        var telling = ends ? tokens : telling(order, tokens);
        var left = new ArrayDeque<>(order);
        while (!left.isEmpty()) {
            trees.add(new LabelTree(left, telling, branches, treeTokens));
        }
    }

    /// @param texts two or more, no two of the same tokens
    /// @param contextTokens of the context that reads them; many labels are read in parts that take little
    /// of it
    /// @throws UnusableInputException if one has no tokens, the same as another, more than the context holds,
    /// or the token that ends an answer
    public static Labels of(List<String> texts, PromptFormat format, int contextTokens) {
        var tokens = texts.stream().map(format::answer).toList();
        var unfit = new ArrayList<Part>();
        var places = new HashMap<List<Integer>, Integer>();
        for (var i = 0; i < texts.size(); i++) {
            var name = "labels/" + i;
            var own = tokens.get(i);
            var before = places.putIfAbsent(Arrays.stream(own).boxed().toList(), i);
            if (own.length == 1) {
                unfit.add(Part.of(
                        name, 1, 0, "has no tokens: the model's vocabulary has none for any of its characters"));
            }
            if (before != null) {
                unfit.add(Part.of(name, null, texts.get(i), "has the tokens of /labels/%d".formatted(before)));
            }
            if (endsEarly(own)) {
                unfit.add(Part.of(name, null, texts.get(i), "holds what ends an answer of this model"));
            }
            if (own.length > contextTokens) {
                var rule = "has %d tokens, more than the context of %d".formatted(own.length, contextTokens);
                unfit.add(Part.of(name, contextTokens, own.length, rule));
            }
        }
        UnusableInputException.refuse(unfit);
        return of(texts, tokens, treeTokens(contextTokens));
    }

    /// @param tokens of each label, with the token that ends an answer and stands nowhere else
    /// @param treeTokens that a tree of more than one label has at most
    static Labels of(List<String> texts, List<int[]> tokens, int treeTokens) {
        if (new HashSet<>(tokens.stream().map(Arrays::toString).toList()).size() < tokens.size()) {
            throw new IllegalArgumentException("two labels have the same tokens");
        }
        if (tokens.stream().anyMatch(Labels::endsEarly)) {
            throw new IllegalArgumentException("a label holds the token that ends an answer");
        }
        return new Labels(texts, tokens, false, BRANCHES, treeTokens);
    }

    /// Labels whose ends are scored as well: the score of each is the probability that an answer is it.
    ///
    /// @param tokens of each label, no two the same, with the token that ends an answer and stands nowhere else
    /// @param branches that a tree takes at most
    static Labels withEnds(List<String> texts, List<int[]> tokens, int branches, int treeTokens) {
        return new Labels(texts, tokens, true, branches, treeTokens);
    }

    /// Tokens that a tree of more than one label has at most.
    static int treeTokens(int contextTokens) {
        return contextTokens / PART_OF_CONTEXT;
    }

    static boolean endsEarly(int[] tokens) {
        return Arrays.stream(tokens, 0, tokens.length - 1).anyMatch(token -> token == tokens[tokens.length - 1]);
    }

    /// Of each label, the tokens up to the first one that tells it from all others.
    private static List<int[]> telling(List<Integer> order, List<int[]> tokens) {
        var telling = new ArrayList<>(tokens);
        var sharedBefore = 0;
        for (var i = 0; i < order.size(); i++) {
            var own = tokens.get(order.get(i));
            // In this order, no other begins with more of its tokens than those next to it.
            var sharedAfter = i == order.size() - 1 ? 0 : Arrays.mismatch(own, tokens.get(order.get(i + 1)));
            telling.set(order.get(i), Arrays.copyOf(own, Math.max(sharedBefore, sharedAfter) + 1));
            sharedBefore = sharedAfter;
        }
        return telling;
    }

    public int size() {
        return texts.size();
    }

    public List<String> texts() {
        return texts;
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
