package dev.icmlora.engine.task;

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

import dev.icmlora.engine.EngineSession;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.request.UnusableInputException.Part;
import dev.icmlora.engine.worker.Choosing;
import dev.icmlora.engine.worker.Decoding;
import dev.icmlora.engine.worker.Extracting;
import dev.icmlora.engine.worker.Wanted;
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
    private final EngineSession session;
    private final Wanted wanted;
    /// By whether they show the examples.
    private final Map<Boolean, List<int[]>> made = new HashMap<>();

    /// One prompt of a request.
    ///
    /// @param name of the part of the request that has its texts
    /// @param tokens gives the prompt that shows these examples
    private record Query(String name, List<String> texts, Function<List<Example>, int[]> tokens) {}

    /// @param task whose description, and examples if they are shown, are in the prompts
    /// @param copies of each prompt
    /// @param wanted after each prompt; is given the tokens of the longest one without examples
    /// @throws UnusableInputException naming each text that is far too long
    private Prompts(
            Task task, List<Query> queries, int copies, Function<IntSupplier, Wanted> wanted, EngineSession session) {
        this.task = task;
        this.queries = queries;
        this.copies = copies;
        this.session = session;
        requireShort();
        this.wanted = wanted.apply(this::longest);
    }

    /// One prompt for each input of a task.
    ///
    /// @param inputFirst whether an input stands before the description, so that tasks on one input have it in
    /// common
    public static Prompts ofTask(
            Task task, List<String> inputs, Wanted wanted, boolean inputFirst, EngineSession session) {
        var format = session.engine().format();
        // What inputs have in common is cut into tokens once.
        var packed = new HashMap<List<Example>, Prompt>();
        Function<List<Example>, Prompt> pack =
                examples -> packed.computeIfAbsent(examples, shown -> format.packed(task.description(), shown));
        var queries = IntStream.range(0, inputs.size())
                .mapToObj(i -> new Query(
                        "inputs/" + i,
                        List.of(inputs.get(i)),
                        examples -> inputFirst
                                ? format.query(inputs.get(i), examples, task.description())
                                        .tokens()
                                : format.query(pack.apply(examples), inputs.get(i))
                                        .tokens()))
                .toList();
        return new Prompts(task, queries, 1, _ -> wanted, session);
    }

    /// One prompt for a chat. The task's description is put before the first message of a user, its examples before
    /// that as turns. A chat with a system message says itself what to do, and has neither.
    public static Prompts ofChat(
            Task task,
            List<ChatMessage> chat,
            int choices,
            Function<IntSupplier, Wanted> wanted,
            EngineSession session) {
        var said = chat.stream().anyMatch(message -> message.role().equals(SYSTEM)) ? Task.NONE : task;
        var texts = chat.stream().map(ChatMessage::content).toList();
        var query = new Query("messages", texts, examples -> {
            var turns = Stream.concat(examples.stream().flatMap(Prompts::turns), chat.stream());
            return session.engine().chatFormat().tokens(said.description(), turns.toList());
        });
        return new Prompts(said, List.of(query), choices, wanted, session);
    }

    private static Stream<ChatMessage> turns(Example example) {
        return Stream.of(new ChatMessage("user", example.input()), new ChatMessage("assistant", example.output()));
    }

    /// Texts as they are.
    ///
    /// @param name of the part of the request that has them
    public static Prompts ofTexts(
            String name, List<String> texts, int choices, Function<IntSupplier, Wanted> wanted, EngineSession session) {
        var format = session.engine().chatFormat();
        var queries = texts.stream()
                .map(text -> new Query(name, List.of(text), _ -> format.tokens(text)))
                .toList();
        return new Prompts(Task.NONE, queries, choices, wanted, session);
    }

    public Wanted wanted() {
        return wanted;
    }

    /// Refuses texts that are far too long before they are cut into tokens.
    private void requireShort() {
        UnusableInputException.refuse(queries.stream()
                .flatMap(query -> query.texts.stream()
                        .filter(session.engine()::isTooLong)
                        .map(text -> Part.of(
                                query.name,
                                context(),
                                text.length(),
                                "has %d characters, which are more tokens than the context of %d"
                                        .formatted(text.length(), context()))))
                .toList());
    }

    /// @throws UnusableInputException naming the task, or each prompt, that is too long
    public List<int[]> of(boolean showsExamples) {
        var unfit = new ArrayList<Part>();
        var shared = tokensOfTask(showsExamples);
        if (!task.isEmpty() && shared > room()) {
            unfit.add(Part.of(
                    "task",
                    context(),
                    shared,
                    "makes prompts of %d tokens and more; with %s this is more than the context of %d"
                            .formatted(shared, answer(), context())));
        }
        UnusableInputException.refuse(unfit);
        var prompts = made(showsExamples);
        for (var i = 0; i < queries.size(); i++) {
            var tokens = prompts.get(i).length;
            var name = queries.get(i).name;
            if (tokens == 0) {
                unfit.add(Part.of(
                        name, 1, 0, "has no tokens: the model's vocabulary has none for any of its characters"));
            }
            if (tokens > room()) {
                unfit.add(Part.of(
                        name,
                        context(),
                        tokens,
                        "makes a prompt of %d tokens; with %s this is more than the context of %d"
                                .formatted(tokens, answer(), context())));
            }
        }
        UnusableInputException.refuse(unfit);
        return copied(prompts);
    }

    /// Those that show some of the task's examples: all of them, as in [#of], or as many of the first as fit.
    public List<int[]> showing(List<Example> examples) {
        if (examples.isEmpty() || examples.size() >= task.examples().size()) {
            return of(!examples.isEmpty());
        }
        return with(
                        examples,
                        IntStream.range(0, queries.size() * copies).boxed().toList())
                .orElseGet(() -> of(false));
    }

    /// None, for the same task.
    public Prompts none() {
        return new Prompts(task, List.of(), copies, _ -> wanted.unheard().of(List.of()), session);
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
    public boolean fitWithExamples() {
        // The examples alone tell most that do not, once for all prompts.
        return !task.examples().isEmpty()
                && tokensOfTask(true) <= room()
                && made(true).stream().allMatch(prompt -> prompt.length <= room());
    }

    /// Some prompts with these examples, or as many of the first as fit. Empty if not one does, in some prompt.
    public Optional<List<int[]>> with(List<Example> examples, List<Integer> places) {
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
        return session.engine().contextTokens();
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
        return session.engine().format().packed(task.description(), examples).tokens().length;
    }

    private int[] prompt(Query query, List<Example> examples) {
        session.check();
        return query.tokens.apply(examples);
    }
}
