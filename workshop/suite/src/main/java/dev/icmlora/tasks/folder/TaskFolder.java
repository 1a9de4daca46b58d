package dev.icmlora.tasks.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.ToIntBiFunction;
import java.util.stream.Stream;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat;
import dev.icmlora.tasks.folder.TaskFile.Line;
import dev.icmlora.tasks.folder.TaskFile.Part;
import dev.icmlora.tasks.recipe.TaskRecipe;
import dev.icmlora.tasks.suite.SuiteTask;

/// A user's own tasks: a folder of `.jsonl` files, one a task. A file in a subfolder is a task of that family.
///
/// It reads all files before it reports a fault, so that one error names every fault of every file.
public final class TaskFolder {
    /// Fewer distinct examples than this are too few to learn from some and to test on others.
    public static final int LEAST_EXAMPLES = 12;

    /// Training holds some of them back to validate with.
    private static final int LEAST_TRAINING_EXAMPLES = 4;

    /// To learn from, and to test with.
    private static final int LEAST_TO_MEASURE = 2;

    /// Of an example with its description: what fits into a step's batch several times.
    private static final int MOST_TOKENS = 512;

    /// Of the split where a file does not say what its examples are for.
    private static final long SEED = 1;

    private static final double TEST_SHARE = 0.2;
    private static final int MOST_TEST_EXAMPLES = 80;
    private static final String FAMILY = "user";
    private static final String SUFFIX = ".jsonl";

    private final ToIntBiFunction<String, Example> tokens;
    private final int mostTokens;
    private final int leastExamples;
    private final int leastTrainingExamples;

    /// Tasks to train on.
    ///
    /// @param format of the prompts that are trained on
    public static TaskFolder of(PromptFormat format) {
        return new TaskFolder(
                (description, example) ->
                        format.packed(description, List.of(example)).tokens().length,
                MOST_TOKENS);
    }

    /// Tasks to measure a function on, which learns from few examples, of any length.
    public static TaskFolder toMeasure() {
        return new TaskFolder((description, example) -> 0, 0, LEAST_TO_MEASURE, 1);
    }

    /// @param tokens of a prompt that holds a description and an example with its answer
    TaskFolder(ToIntBiFunction<String, Example> tokens, int mostTokens) {
        this(tokens, mostTokens, LEAST_EXAMPLES, LEAST_TRAINING_EXAMPLES);
    }

    private TaskFolder(
            ToIntBiFunction<String, Example> tokens, int mostTokens, int leastExamples, int leastTrainingExamples) {
        this.tokens = tokens;
        this.mostTokens = mostTokens;
        this.leastExamples = leastExamples;
        this.leastTrainingExamples = leastTrainingExamples;
    }

    /// @param repeated examples that were left out because they were there already
    public record Tasks(List<SuiteTask> tasks, int repeated) {}

    /// The tasks, by file name.
    ///
    /// @throws InvalidTasksException when there is none or anything is wrong with one
    /// @throws IOException when a file cannot be read
    public Tasks read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new InvalidTasksException(
                    List.of(folder + " is no folder: name one that has a " + SUFFIX + " file for each task"));
        }
        List<Path> files;
        try (Stream<Path> all = Files.walk(folder)) {
            files = all.filter(file -> file.toString().endsWith(SUFFIX) && Files.isRegularFile(file))
                    .filter(file -> !isHidden(folder.relativize(file)))
                    .sorted()
                    .toList();
        }
        if (files.isEmpty()) {
            throw new InvalidTasksException(
                    List.of(folder + " is empty: it must have a " + SUFFIX + " file for each task"));
        }
        List<SuiteTask> tasks = new ArrayList<>();
        List<String> faults = new ArrayList<>();
        Set<String> ids = new HashSet<>();
        int repeated = 0;
        for (Path path : files) {
            TaskFile file = TaskFile.read(path, folder.relativize(path).toString());
            List<Line> distinct = distinct(file);
            repeated += file.lines().size() - distinct.size();
            check(file, distinct);
            if (file.faults().isEmpty()) {
                SuiteTask task = task(file, distinct);
                if (!ids.add(task.id())) {
                    file.fault("has the id %s, which another file has too: rename one".formatted(task.id()));
                }
                tasks.add(task);
            }
            faults.addAll(file.faults());
        }
        if (!faults.isEmpty()) {
            throw new InvalidTasksException(faults);
        }
        return new Tasks(List.copyOf(tasks), repeated);
    }

    /// Whether a name on the way begins with a dot: what tools keep for themselves, such as training's own folder.
    private static boolean isHidden(Path file) {
        return Stream.iterate(file, Objects::nonNull, Path::getParent)
                .anyMatch(part -> part.getFileName().toString().startsWith("."));
    }

    /// The first of each example; two that disagree, or that are to be trained on and tested with, are faults. Inputs
    /// that differ in case or white space alone are one, unless they have different outputs: then that is what the
    /// task is about.
    private static List<Line> distinct(TaskFile file) {
        Map<String, Line> byInput = new LinkedHashMap<>();
        Map<Example, Line> alike = new HashMap<>();
        for (Line line : file.lines()) {
            Example example = line.example();
            Example normalised = new Example(TaskRecipe.normalised(example.input()), example.output());
            Line first =
                    alike.getOrDefault(normalised, byInput.get(example.input().strip()));
            if (first == null) {
                alike.put(normalised, line);
                byInput.put(example.input().strip(), line);
            } else if (!first.example().output().equals(example.output())) {
                file.fault(
                        line.number(),
                        "contradicts line %d: the same input has the output \"%s\" there and \"%s\" here"
                                .formatted(first.number(), first.example().output(), example.output()));
            } else if (first.part() != line.part()) {
                file.fault(
                        line.number(),
                        "repeats line %d for another part: an example that is trained on cannot test anything"
                                .formatted(first.number()));
            }
        }
        return List.copyOf(byInput.values());
    }

    private void check(TaskFile file, List<Line> examples) {
        if (!file.faults().isEmpty()) {
            return;
        }
        if (file.descriptions().isEmpty()) {
            file.fault("has no description: add a line {\"description\": \"what to do\"}, better several");
        }
        if (examples.isEmpty()) {
            file.fault("has no examples: add lines {\"input\": \"...\", \"output\": \"...\"}");
        } else if (examples.size() < leastExamples) {
            file.fault("has %d distinct examples, at least %d are needed".formatted(examples.size(), leastExamples));
        } else {
            checkClasses(file, examples);
        }
        checkParts(file, examples);
        for (Line line : examples) {
            for (String description : file.descriptions()) {
                int length = tokens.applyAsInt(description, line.example());
                if (length > mostTokens) {
                    file.fault(
                            line.number(),
                            "is too long: with the description it has %d tokens, more than the %d that training takes"
                                    .formatted(length, mostTokens));
                    break;
                }
            }
        }
    }

    private static void checkClasses(TaskFile file, List<Line> examples) {
        List<String> outputs = examples.stream()
                .filter(line -> line.part() != Part.TEST)
                .map(line -> line.example().output())
                .distinct()
                .toList();
        if (outputs.size() == 1) {
            file.fault("has one class only: every output to learn from is \"%s\", so there is nothing to learn"
                    .formatted(outputs.getFirst()));
        }
    }

    private void checkParts(TaskFile file, List<Line> examples) {
        long unsaid = count(examples, Part.UNSAID);
        if (unsaid > 0 && unsaid < examples.size()) {
            file.fault("says of some examples what part they are and of %d not: say it of all or of none"
                    .formatted(unsaid));
        } else if (unsaid == 0 && !examples.isEmpty()) {
            if (count(examples, Part.TEST) == 0) {
                file.fault("has no test examples: mark some with \"part\": \"test\", or mark none at all");
            }
            long train = count(examples, Part.TRAIN);
            if (train == 0) {
                file.fault("has no training examples: mark some with \"part\": \"train\", or mark none at all");
            } else if (train < leastTrainingExamples) {
                file.fault("has %d training examples, at least %d are needed".formatted(train, leastTrainingExamples));
            }
        }
    }

    private static long count(List<Line> examples, Part part) {
        return examples.stream().filter(line -> line.part() == part).count();
    }

    private SuiteTask task(TaskFile file, List<Line> lines) {
        String path =
                file.name().substring(0, file.name().length() - SUFFIX.length()).replace('\\', '/');
        int family = path.indexOf('/');
        String id = family < 0 ? FAMILY + "/" + path : path;
        List<Example> train = new ArrayList<>(examples(lines, Part.TRAIN));
        List<Example> test = new ArrayList<>(examples(lines, Part.TEST));
        if (train.isEmpty()) {
            train.addAll(lines.stream().map(Line::example).toList());
            // By the input's own draw: an example added to the file later does not move the others.
            Map<Example, Long> lots = new HashMap<>();
            train.forEach(example -> lots.put(example, lot(example)));
            train.sort((a, b) -> Long.compare(lots.get(a), lots.get(b)));
            int tests = Math.clamp(Math.round(TEST_SHARE * train.size()), 1, MOST_TEST_EXAMPLES);
            test.addAll(train.subList(0, tests));
            train.subList(0, tests).clear();
        }
        Collections.shuffle(train, new SplittableRandom(SEED ^ id.hashCode()));
        return new SuiteTask(id, id.substring(0, id.indexOf('/')), file.descriptions(), train, test);
    }

    private static List<Example> examples(List<Line> lines, Part part) {
        return lines.stream()
                .filter(line -> line.part() == part)
                .map(Line::example)
                .toList();
    }

    private long lot(Example example) {
        return new SplittableRandom(SEED
                        ^ 0x9E3779B97F4A7C15L
                                * TaskRecipe.normalised(example.input()).hashCode())
                .nextLong();
    }
}
