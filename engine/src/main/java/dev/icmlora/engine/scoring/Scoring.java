package dev.icmlora.engine.scoring;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.generator.task.Task;

/// How a candidate is judged on a task's examples: all prompts that this takes, as one tree of tokens that is decoded
/// once, and the answers to look for in it.
///
/// With the description alone, each example is asked by itself. With examples in the prompt, each is asked after
/// others and never after itself: the examples are read once forwards and once backwards, and each counts where more of
/// the others stand before it, at least half of them. That takes two readings of the examples, where leaving out one at
/// a time would take as many as there are examples.
///
/// An example that is given twice is asked once, for its twin would give its answer away.
public final class Scoring {
    /// More examples than this make the judgement hardly better and the request slower.
    static final int MOST_EXAMPLES = 8;
    /// Sequences that a context must have room for.
    public static final int SEQUENCES = MOST_EXAMPLES + 2;

    private final List<Example> examples;
    private final Set<PromptForm> forms;
    private final PromptTree tree;
    private final List<Expectation> expectations;

    private Scoring(List<Example> examples, Set<PromptForm> forms, PromptTree tree, List<Expectation> expectations) {
        this.examples = examples;
        this.forms = forms;
        this.tree = tree;
        this.expectations = expectations;
    }

    /// A token that a node's output should predict.
    ///
    /// @param node index in the tree
    /// @param example index of the example whose answer the token is part of
    record Expectation(int node, PromptForm form, int example, int token) {}

    /// As many of the task's examples as the context has room for.
    ///
    /// @param forms the forms of prompt to judge
    /// @param contextTokens most tokens of the tree
    /// @return with fewer forms where only one example is left to ask, or with no examples at all
    public static Scoring of(PromptFormat format, Task task, Set<PromptForm> forms, int contextTokens) {
        List<Example> distinct =
                task.examples().stream().distinct().limit(MOST_EXAMPLES).toList();
        for (var n = distinct.size(); n > 0; n--) {
            Scoring scoring = of(format, task.description(), distinct.subList(0, n), forms);
            if (scoring.tokens() <= contextTokens) {
                return scoring;
            }
        }
        return new Scoring(List.of(), Set.of(), new PromptTree(List.of()), List.of());
    }

    /// How new inputs of the task would be answered, in both forms: what an scoring on its examples should
    /// foretell.
    ///
    /// @param tests at most half as many as the context has sequences
    public static Scoring ofTests(PromptFormat format, Task task, List<Example> tests) {
        List<Prompt> prompts = new ArrayList<>();
        List<Question> questions = new ArrayList<>();
        for (var i = 0; i < tests.size(); i++) {
            List<Example> shown = new ArrayList<>(task.examples());
            shown.add(tests.get(i));
            questions.add(new Question(PromptForm.EXAMPLES, i, prompts.size(), shown.size() - 1));
            prompts.add(format.packed(task.description(), shown));
            questions.add(new Question(PromptForm.DESCRIPTION, i, prompts.size(), 0));
            prompts.add(format.packed(task.description(), List.of(tests.get(i))));
        }
        return of(tests, EnumSet.allOf(PromptForm.class), prompts, questions);
    }

    private static Scoring of(PromptFormat format, String description, List<Example> examples, Set<PromptForm> wanted) {
        Set<PromptForm> forms = EnumSet.copyOf(wanted);
        var n = examples.size();
        if (n < 2) {
            forms.remove(PromptForm.EXAMPLES);
        }
        List<Prompt> prompts = new ArrayList<>();
        List<Question> questions = new ArrayList<>();
        if (forms.contains(PromptForm.EXAMPLES)) {
            prompts.add(format.packed(description, examples));
            prompts.add(format.packed(description, examples.reversed()));
            for (var i = 0; i < n; i++) {
                var backwards = n - 1 - i;
                var first = i >= backwards;
                questions.add(new Question(PromptForm.EXAMPLES, i, first ? 0 : 1, first ? i : backwards));
            }
        }
        if (forms.contains(PromptForm.DESCRIPTION)) {
            for (var i = 0; i < n; i++) {
                questions.add(new Question(PromptForm.DESCRIPTION, i, prompts.size(), 0));
                prompts.add(format.packed(description, List.of(examples.get(i))));
            }
        }
        return of(examples, forms, prompts, questions);
    }

    private static Scoring of(
            List<Example> examples, Set<PromptForm> forms, List<Prompt> prompts, List<Question> questions) {
        PromptTree tree = new PromptTree(prompts.stream().map(Prompt::tokens).toList());
        List<Expectation> expectations = new ArrayList<>();
        for (Question question : questions) {
            Prompt prompt = prompts.get(question.prompt);
            Prompt.Answer answer = prompt.answers().get(question.turn);
            for (var position = answer.from(); position < answer.to(); position++) {
                var predicting = tree.node(question.prompt, position - 1);
                expectations.add(
                        new Expectation(predicting, question.form, question.example, prompt.tokens()[position]));
            }
        }
        expectations.sort(Comparator.comparingInt(Expectation::node));
        return new Scoring(examples, forms, tree, expectations);
    }

    /// Where an example is asked: in which prompt, at which turn.
    private record Question(PromptForm form, int example, int prompt, int turn) {}

    /// Examples that are asked.
    public List<Example> examples() {
        return examples;
    }

    /// Forms of prompt that are judged.
    public Set<PromptForm> forms() {
        return forms;
    }

    /// Tokens that one candidate's weights have to read.
    public int tokens() {
        return tree.nodes().size();
    }

    PromptTree tree() {
        return tree;
    }

    /// In the order of their nodes.
    List<Expectation> expectations() {
        return expectations;
    }
}
