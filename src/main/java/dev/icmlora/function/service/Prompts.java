package dev.icmlora.function.service;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.IntSupplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Wanted;
import dev.icmlora.function.admission.Turn;
import dev.icmlora.function.error.Violations;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.ChatMessage;

/// The prompts of a request as tokens. They have to fit into the context with their answers.
public final class Prompts {

    private static final String SYSTEM = "system";

    private final Task task;
    private final List<Query> queries;
    private final int copies;
    private final Turn turn;
    private final Wanted wanted;
    /// By whether they show the examples.
    private final Map<Boolean, List<int[]>> made = new HashMap<>();

    /// One prompt of a request.
    ///
    /// @param field of the request that has its texts
    /// @param tokens gives the prompt that shows these examples
    private record Query(String field, List<String> texts, Function<List<Example>, int[]> tokens) {}

    /// @param task whose description, and examples if they are shown, are in the prompts
    /// @param copies of each prompt
    /// @param wanted after each prompt; is given the tokens of the longest one without examples
    /// @throws dev.icmlora.function.error.RequestException naming each text that is far too long
    private Prompts(Task task, List<Query> queries, int copies, Function<IntSupplier, Wanted> wanted, Turn turn) {
        this.task = task;
        this.queries = queries;
        this.copies = copies;
        this.turn = turn;
        requireShort();
        this.wanted = wanted.apply(this::longest);
    }

    /// One prompt for each input of a task.
    ///
    /// @param inputFirst whether an input stands before the description, so that tasks on one input have it in
    /// common
    static Prompts ofTask(Task task, List<String> inputs, Wanted wanted, boolean inputFirst, Turn turn) {
        var format = turn.engine().format();
        // What inputs have in common is cut into tokens once.
        var packed = new HashMap<List<Example>, Prompt>();
        Function<List<Example>, Prompt> pack =
                examples -> packed.computeIfAbsent(examples, shown -> format.packed(task.description(), shown));
        var queries = IntStream.range(0, inputs.size())
                .mapToObj(i -> new Query(
                        "/inputs/" + i,
                        List.of(inputs.get(i)),
                        examples -> inputFirst
                                ? format.query(inputs.get(i), examples, task.description())
                                        .tokens()
                                : format.query(pack.apply(examples), inputs.get(i))
                                        .tokens()))
                .toList();
        return new Prompts(task, queries, 1, _ -> wanted, turn);
    }

    /// One prompt for a chat. The task's description is put before the first message of a user, its examples before
    /// that as turns. A chat with a system message says itself what to do, and has neither.
    public static Prompts ofChat(
            Task task, List<ChatMessage> chat, int choices, Function<IntSupplier, Wanted> wanted, Turn turn) {
        var said = chat.stream().anyMatch(message -> message.role().equals(SYSTEM)) ? Task.NONE : task;
        var texts = chat.stream().map(ChatMessage::content).toList();
        var query = new Query("/messages", texts, examples -> {
            var turns = Stream.concat(examples.stream().flatMap(Prompts::turns), chat.stream());
            return turn.engine().chatFormat().tokens(said.description(), turns.toList());
        });
        return new Prompts(said, List.of(query), choices, wanted, turn);
    }

    private static Stream<ChatMessage> turns(Example example) {
        return Stream.of(new ChatMessage("user", example.input()), new ChatMessage("assistant", example.output()));
    }

    /// Texts as they are.
    ///
    /// @param field of the request that has them
    public static Prompts ofTexts(
            String field, List<String> texts, int choices, Function<IntSupplier, Wanted> wanted, Turn turn) {
        var format = turn.engine().chatFormat();
        var queries = texts.stream()
                .map(text -> new Query(field, List.of(text), _ -> format.tokens(text)))
                .toList();
        return new Prompts(Task.NONE, queries, choices, wanted, turn);
    }

    Turn turn() {
        return turn;
    }

    Wanted wanted() {
        return wanted;
    }

    /// Refuses texts that are far too long before they are cut into tokens.
    private void requireShort() {
        var violations = new Violations();
        queries.forEach(query -> query.texts.stream()
                .filter(turn.engine()::isTooLong)
                .forEach(text -> violations.when(
                        true,
                        query.field,
                        context(),
                        text.length(),
                        "has %d characters, which are more tokens than the context of %d"
                                .formatted(text.length(), context()))));
        violations.raise();
    }

    /// @throws dev.icmlora.function.error.RequestException naming each prompt that is too long
    public List<int[]> of(boolean showsExamples) {
        var violations = new Violations();
        if (!task.isEmpty()) {
            var shared = tokensOfTask(showsExamples);
            violations.when(
                    shared > room(),
                    "/task",
                    context(),
                    shared,
                    "makes prompts of %d tokens and more; with %s this is more than the context of %d"
                            .formatted(shared, answer(), context()));
            violations.raise();
        }
        var prompts = made(showsExamples);
        for (var i = 0; i < queries.size(); i++) {
            var tokens = prompts.get(i).length;
            var field = queries.get(i).field;
            violations.when(
                    tokens == 0,
                    field,
                    1,
                    0,
                    "has no tokens: the model's vocabulary has none for any of its characters");
            violations.when(
                    tokens > room(),
                    field,
                    context(),
                    tokens,
                    "makes a prompt of %d tokens; with %s this is more than the context of %d"
                            .formatted(tokens, answer(), context()));
        }
        violations.raise();
        return copied(prompts);
    }

    /// Those that show some of the task's examples: all of them, as in [#of], or as many of the first as fit.
    List<int[]> showing(List<Example> examples) {
        if (examples.isEmpty() || examples.size() >= task.examples().size()) {
            return of(!examples.isEmpty());
        }
        return with(
                        examples,
                        IntStream.range(0, queries.size() * copies).boxed().toList())
                .orElseGet(() -> of(false));
    }

    /// None, for the same task.
    Prompts none(Turn other) {
        return new Prompts(task, List.of(), copies, _ -> wanted, other);
    }

    private List<int[]> made(boolean showsExamples) {
        return made.computeIfAbsent(
                showsExamples,
                shows -> queries.stream()
                        .map(query -> prompt(query, shows ? task.examples() : List.of()))
                        .toList());
    }

    private int longest() {
        return made(false).stream().mapToInt(prompt -> prompt.length).max().orElse(0);
    }

    /// Whether every prompt has a place for the task's examples, and would fit into the context with them and its
    /// answer.
    boolean fitWithExamples() {
        // The examples alone tell most that do not, once for all prompts.
        return !task.examples().isEmpty()
                && tokensOfTask(true) <= room()
                && made(true).stream().allMatch(prompt -> prompt.length <= room());
    }

    /// Some prompts with these examples, or as many of the first as fit. Empty if not one does, in some prompt.
    Optional<List<int[]>> with(List<Example> examples, List<Integer> places) {
        var prompts = new ArrayList<int[]>();
        for (int place : places) {
            var prompt = withAsManyAsFit(examples, queries.get(place / copies));
            if (prompt.isEmpty()) {
                return Optional.empty();
            }
            prompts.add(prompt.get());
        }
        return Optional.of(prompts);
    }

    /// The more examples, the longer it is: found by halves.
    private Optional<int[]> withAsManyAsFit(List<Example> examples, Query query) {
        var fitting = Optional.<int[]>empty();
        var least = 1;
        var most = examples.size();
        for (var count = most; least <= most; count = (least + most) / 2) {
            var prompt = prompt(query, examples.subList(0, count));
            if (prompt.length <= room()) {
                fitting = Optional.of(prompt);
                least = count + 1;
            } else {
                most = count - 1;
            }
        }
        return fitting;
    }

    private List<int[]> copied(List<int[]> prompts) {
        return prompts.stream()
                .flatMap(prompt -> Collections.nCopies(copies, prompt).stream())
                .toList();
    }

    private int room() {
        return context() - wanted.mostTokens();
    }

    private int context() {
        return turn.engine().contextTokens();
    }

    private String answer() {
        return switch (wanted) {
            case Choosing _ -> "%d tokens of labels".formatted(wanted.mostTokens());
            case Extracting _ -> "%d tokens of spans".formatted(wanted.mostTokens());
            case Decoding _ -> "an answer of up to %d".formatted(wanted.mostTokens());
        };
    }

    private int tokensOfTask(boolean withExamples) {
        var examples = withExamples ? task.examples() : List.<Example>of();
        return turn.engine().format().packed(task.description(), examples).tokens().length;
    }

    private int[] prompt(Query query, List<Example> examples) {
        turn.cancellation().check();
        return query.tokens.apply(examples);
    }
}
