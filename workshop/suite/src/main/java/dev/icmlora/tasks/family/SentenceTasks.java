package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.family.Slots.filled;
import static dev.icmlora.tasks.recipe.Domain.pick;
import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

import simplenlg.features.InterrogativeType;

import dev.icmlora.generator.task.Example;
import dev.icmlora.tasks.family.English.Sentence;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Grammar of one short sentence: all tasks start from statements like "The baker opened the window."
final class SentenceTasks {

    /// A label, and what makes a statement a sentence of that label.
    private record Form(String label, UnaryOperator<Sentence> change) {}

    private static final List<String> SUBJECTS = Lexicon.nouns("job", "relative");
    /// Objects that are people: "it" does not stand for them.
    private static final Set<String> PERSONS =
            Set.of("thief", "cousin", "friend", "neighbour", "mayor", "singer", "teacher", "uncle", "child", "baby");
    private static final List<List<String>> VERBS = Lexicon.table("verbs.txt");
    private static final Domain<Slots> FACTS = Domain.drawn(SentenceTasks::fact);

    private SentenceTasks() {}

    static TaskFamily family() {
        return new TaskFamily(
                "sentences",
                task("passive", FACTS, form(Sentence::passive)),
                task("active", FACTS, form(Sentence::passive), Slots::text),
                task("negative", FACTS, form(Sentence::negative)),
                task("yes-no-question", FACTS, form(s -> s.question(InterrogativeType.YES_NO))),
                task("who-question", FACTS, form(s -> s.question(InterrogativeType.WHO_SUBJECT))),
                task("what-question", FACTS, form(s -> s.question(InterrogativeType.WHAT_OBJECT))),
                task("present", FACTS, form(Sentence::present)),
                task("future", FACTS, form(Sentence::future)),
                task("present-perfect", FACTS, form(s -> s.present().perfect())),
                task("past-progressive", FACTS, form(Sentence::progressive)),
                task("must", FACTS, form(s -> s.modal("must"))),
                task("can", FACTS, form(s -> s.modal("can"))),
                task("plural-object", FACTS, form(Sentence::pluralObject)),
                task("plural-subject", FACTS, form(Sentence::pluralSubject)),
                task(
                        "object-pronoun",
                        FACTS.filter(fact -> !PERSONS.contains(fact.get("object"))),
                        filled("The {subject} {past} it.")),
                task("subject", FACTS, filled("{subject}")),
                task("object", FACTS, filled("{object}")),
                task("verb", FACTS, filled("{past}")),
                task("verb-base", FACTS, filled("{verb}")),
                task("command", FACTS, filled("{verb} the {object}!").andThen(Text::capitalised)),
                task("polite-request", FACTS, filled("Could you {verb} the {object}, please?")),
                task("prohibition", FACTS, filled("Do not {verb} the {object}!")),
                task("relative-clause", FACTS, filled("the {object} that the {subject} {past}")),
                task("doer-phrase", FACTS, filled("the {subject} who {past} the {object}")),
                task("reported", FACTS, filled("I heard that the {subject} {past} the {object}.")),
                task("doubt", FACTS, filled("Perhaps the {subject} {past} the {object}.")),
                labelled(
                        "tense",
                        new Form("past", s -> s),
                        new Form("present", Sentence::present),
                        new Form("future", Sentence::future)),
                labelled("voice", new Form("active", s -> s), new Form("passive", Sentence::passive)),
                labelled("polarity", new Form("affirmative", s -> s), new Form("negative", Sentence::negative)));
    }

    private static Slots fact(RandomGenerator random) {
        List<String> verb = pick(random, VERBS);
        // Two fixed words need no grammar, and thousands of these are made.
        return Slots.of(
                "The {subject} {past} the {object}.",
                Map.of(
                        "subject", pick(random, SUBJECTS),
                        "verb", verb.getFirst(),
                        "past", verb.get(1),
                        "object", pick(random, List.of(verb.get(3).split(",")))));
    }

    private static Function<Slots, String> form(UnaryOperator<Sentence> change) {
        return fact -> change.apply(Sentence.of(fact.get("subject"), fact.get("verb"), fact.get("object")))
                .text();
    }

    private static TaskRecipe labelled(String name, Form... forms) {
        return task(name, Domain.drawn(random -> {
                    Form form = pick(random, List.of(forms));
                    return new Example(form(form.change()).apply(fact(random)), form.label());
                }))
                .evenly();
    }
}
