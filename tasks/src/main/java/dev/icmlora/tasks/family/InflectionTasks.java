package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Forms of English nouns, verbs and adjectives.
final class InflectionTasks implements TaskFamily {

    private record Verb(String base, String past, String participle) {}

    private record Adjective(String base, String comparative) {

        String superlative() {
            return comparative.substring(0, comparative.length() - 1) + "st";
        }
    }

    private record Count(int number, String noun) {

        String plural() {
            return number + " " + English.plural(noun);
        }
    }

    private static final List<String> NOUN_LIST = Stream.concat(
                    Text.COUNTABLE.stream(), Stream.of("tooth", "foot", "leaf"))
            .filter(noun -> !List.of("fish", "deer").contains(noun))
            .toList();
    private static final Domain<String> NOUNS = Domain.of(NOUN_LIST);
    private static final Domain<Verb> VERBS = Domain.of(Stream.of("verbs.txt", "verb-forms.txt")
            .flatMap(file -> Lexicon.table(file).stream())
            .map(row -> new Verb(row.get(0), row.get(1), row.get(2)))
            .toList());
    private static final Domain<Adjective> ADJECTIVES = Domain.of(Lexicon.adjectiveRows().stream()
            .map(row -> new Adjective(row.get(0), row.get(1)))
            .toList());

    @Override
    public String name() {
        return "inflection";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                task("plural").describedAs("""
                        Give the plural of the noun.
                        one -> many
                        What do you call several of these?
                        Please write the word for more than one.
                        Pluralise.
                        Two of them are two ...?
                        Plural form, one word.
                        Change the noun so that it means many.
                        """).from(NOUNS, English::plural),
                task("singular").describedAs("""
                        Give the singular of the noun.
                        many -> one
                        What do you call just one of these?
                        Please write the word for a single one.
                        Singularise.
                        Take away all but one: one ...?
                        Singular form, one word.
                        Dictionary form of the plural noun.
                        """).from(NOUNS, English::plural, Function.identity()),
                task("number-and-plural")
                        .describedAs("""
                        Write the number with the noun in the right form.
                        7, cat -> 7 cats
                        Please say how many there are: number and plural.
                        Put the number in front of the noun and inflect it.
                        How would a shopping list show this amount?
                        Combine the count and the thing.
                        n, noun -> n nouns
                        Make a phrase that counts the things.
                        """)
                        .from(
                                Domain.drawn(
                                        random -> new Count(random.nextInt(2, 20), Domain.pick(random, NOUN_LIST))),
                                count -> count.number() + ", " + count.noun(),
                                Count::plural),
                task("possessive")
                        .describedAs("""
                        Write the noun with 's, and "the" in front.
                        dog -> the dog's
                        Please put the noun into the possessive.
                        How do you say that something belongs to this one? Only the owner.
                        Genitive of the noun, with the article.
                        the ...'s
                        Owner form of the noun.
                        Make it possessive, singular.
                        """)
                        .from(NOUNS.filter(noun -> !noun.endsWith("s")), noun -> "the " + noun + "'s"),
                ofVerb("past", Verb::past, """
                        Give the past tense of the verb.
                        simple past
                        What is the verb's form for yesterday?
                        Please put the verb into the past.
                        go -> went
                        Second form of the verb.
                        Yesterday I ...? Answer with the verb form.
                        Preterite, one word.
                        """),
                ofVerb("participle", Verb::participle, """
                        Give the past participle of the verb.
                        third form
                        Which form follows "have"?
                        Please put the verb into the past participle.
                        I have ...? Answer with the verb form.
                        go -> gone
                        Participle II, one word.
                        The form of the verb used in the perfect.
                        """),
                ofVerb("three-forms", verb -> verb.base() + ", " + verb.past() + ", " + verb.participle(), """
                        Give the three principal parts of the verb.
                        base, past, participle
                        Please list infinitive, past and participle, separated by commas.
                        Recite the verb like in school: go, went, gone.
                        What are the forms of this verb?
                        All three forms, comma separated.
                        Conjugation table line for the verb.
                        First, second and third form.
                        """),
                ofVerb("ing", verb -> English.presentParticiple(verb.base()), """
                        Give the -ing form of the verb.
                        + ing
                        Please put the verb into the present participle.
                        I am ...? Answer with the verb form.
                        run -> running
                        Gerund, one word.
                        Which form says that it is going on?
                        Continuous form of the verb, without an auxiliary.
                        """),
                ofVerb("third-person", verb -> English.thirdPerson(verb.base()), """
                        Give the third person singular of the verb.
                        he/she ...
                        Please write the verb as it follows "she" in the present.
                        Add the right s.
                        go -> goes
                        He ... every day. Answer with the verb form.
                        Present tense, third person, one word.
                        Which form goes with "it"?
                        """),
                ofVerb("negative", verb -> "do not " + verb.base(), """
                        Negate the verb with "do not".
                        do not ...
                        Please write the negative form for I, you, we and they.
                        How do you say that you don't do this? No contraction.
                        Verb with do not in front.
                        go -> do not go
                        Negative present, two words before the verb.
                        Deny the action: "do not" plus verb.
                        """),
                ofVerb("future", verb -> "will " + verb.base(), """
                        Give the future form of the verb.
                        will ...
                        Please put the verb into the future.
                        Tomorrow I ...? Answer with will and the verb.
                        go -> will go
                        Verb with will.
                        How is this verb used for what is to come?
                        Future simple, two words.
                        """),
                task("base-of-past")
                        .describedAs("""
                        Give the base form of this past tense verb.
                        past -> infinitive
                        Which verb is this the past of?
                        Please take the verb back to its dictionary form.
                        went -> go
                        Lemma of the past form.
                        Under which headword do you find this form?
                        Undo the past tense.
                        """)
                        .from(
                                VERBS.filter(verb -> !List.of("wound", "ground", "lay", "fell", "found")
                                        .contains(verb.past())),
                                Verb::past,
                                Verb::base),
                task("base-of-ing")
                        .describedAs("""
                        Give the base form of this -ing verb.
                        - ing
                        Which verb is this the gerund of?
                        Please remove the -ing ending and restore the spelling.
                        running -> run
                        Lemma of the present participle.
                        What is the infinitive, without "to"?
                        Undo the continuous form.
                        """)
                        .from(VERBS, verb -> English.presentParticiple(verb.base()), Verb::base),
                task("verb-form")
                        .describedAs("""
                        Is the verb in its base, past or -ing form? Answer base, past or ing.
                        base / past / ing
                        Please name the form of the verb.
                        Which verb form is this?
                        Classify the form: infinitive (base), preterite (past) or gerund (ing).
                        Look at the ending and name the form.
                        Say which of the three forms you see.
                        Grammatical form, one of base, past, ing.
                        """)
                        .from(
                                VERBS.filter(verb -> !verb.base().equals(verb.past()))
                                        .flatMap(verb -> List.of(
                                                List.of(verb.base(), "base"),
                                                List.of(verb.past(), "past"),
                                                List.of(English.presentParticiple(verb.base()), "ing"))),
                                List::getFirst,
                                List::getLast)
                        .evenly(),
                ofAdjective("comparative", Adjective::comparative, """
                        Give the comparative of the adjective.
                        more so
                        Please write the form used with "than".
                        big -> bigger
                        Compare two: this one is ... than that one.
                        Second degree of the adjective.
                        -er form, one word.
                        How do you say that something has more of this quality?
                        """),
                ofAdjective("superlative", Adjective::superlative, """
                        Give the superlative of the adjective.
                        most of all
                        Please write the form used after "the" for the top one.
                        big -> biggest
                        Of all of them, it is the ...
                        Third degree of the adjective.
                        -est form, one word.
                        How do you say that nothing has more of this quality?
                        """),
                ofAdjective("as-as", adjective -> "as " + adjective.base() + " as", """
                        Write the adjective as a comparison of equals.
                        as ... as
                        Please put "as" before and after the adjective.
                        How do you say that two things have it equally?
                        Equality: as, adjective, as.
                        Frame the adjective with as.
                        Same degree on both sides; give the phrase.
                        Phrase of the form "as big as".
                        """),
                ofAdjective("very", adjective -> "very " + adjective.base(), """
                        Strengthen the adjective with "very".
                        very ...
                        Please intensify the word.
                        Put very in front.
                        How do you say it is so to a high degree?
                        Boost the adjective.
                        Adjective with its most common intensifier.
                        Make it stronger, two words.
                        """),
                ofAdjective("less", adjective -> "less " + adjective.base() + " than", """
                        Write the adjective as "less ... than".
                        less ... than
                        Please compare downwards.
                        How do you say that something has not as much of it? Use less and than.
                        Comparison of inferiority.
                        Frame the adjective with less and than.
                        Lower degree, as a phrase.
                        Phrase of the form "less big than".
                        """));
    }

    private static TaskRecipe ofVerb(String name, Function<Verb, String> form, String descriptions) {
        return task(name).describedAs(descriptions).from(VERBS, Verb::base, form);
    }

    private static TaskRecipe ofAdjective(String name, Function<Adjective, String> form, String descriptions) {
        return task(name).describedAs(descriptions).from(ADJECTIVES, Adjective::base, form);
    }
}
