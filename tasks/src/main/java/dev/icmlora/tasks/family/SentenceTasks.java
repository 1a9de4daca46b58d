package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;

import simplenlg.features.InterrogativeType;

import dev.icmlora.tasks.family.English.Sentence;
import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Grammar of one short sentence: all tasks start from statements like "The baker opened the window."
final class SentenceTasks implements TaskFamily {

    private record Fact(String subject, String verb, String past, String object) {

        Sentence sentence() {
            return Sentence.of(subject, verb, object);
        }

        /// The plain statement. Its two fixed words need no grammar, and thousands of them are made.
        String text() {
            return "The %s %s the %s.".formatted(subject, past, object);
        }
    }

    /// A sentence in one of several forms, and the name of its form.
    private record Labelled(String text, String label) {}

    private static final List<String> SUBJECTS = Lexicon.nouns("job", "relative");
    /// Objects that are people: "it" does not stand for them.
    private static final Set<String> PERSONS =
            Set.of("thief", "cousin", "friend", "neighbour", "mayor", "singer", "teacher", "uncle", "child", "baby");
    private static final List<List<String>> VERBS = Lexicon.table("verbs.txt");
    private static final Domain<Fact> FACTS = Domain.drawn(SentenceTasks::fact);

    @Override
    public String name() {
        return "sentences";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                form("passive", Sentence::passive, """
                        Put the sentence into the passive voice.
                        active -> passive
                        Please rewrite the sentence with the object as its subject.
                        How do you say this in the passive?
                        Make the thing that is acted on come first.
                        Turn it around with "was ... by".
                        Passive form of the sentence, past tense.
                        Rewrite it for a formal report: what was done, by whom.
                        """),
                task("active")
                        .describedAs("""
                        Put the sentence into the active voice.
                        passive -> active
                        Please rewrite the sentence so that the doer comes first.
                        How do you say this in the active voice?
                        Make it direct: who did what?
                        Remove "was" and "by": start with the one who acts.
                        Active form of the sentence.
                        Undo the passive.
                        """)
                        .from(FACTS, fact -> fact.sentence().passive().text(), Fact::text),
                form("negative", Sentence::negative, """
                        Make the sentence negative.
                        add "not"
                        Please deny the statement.
                        How do you say that this did not happen?
                        Negate the sentence with "did not".
                        Say the opposite: it was not done.
                        Turn the affirmative sentence into a negative one.
                        That's false! State the negation as a full sentence.
                        """),
                form("yes-no-question", s -> s.question(InterrogativeType.YES_NO), """
                        Turn the statement into a yes/no question.
                        statement -> Did ...?
                        Please ask whether this happened.
                        How would you check this with a question?
                        Make it a question that can be answered with yes.
                        Interrogative form of the sentence.
                        Ask instead of telling.
                        Begin with "Did" and end with a question mark.
                        """),
                form("who-question", s -> s.question(InterrogativeType.WHO_SUBJECT), """
                        Ask who did it.
                        Who ...?
                        Please make a question about the subject.
                        Which question has the subject of the sentence as its answer?
                        You did not catch the doer. Ask.
                        Replace the person by "who" and ask.
                        Question for the one who acted.
                        Turn the statement into a who-question.
                        """),
                form("what-question", s -> s.question(InterrogativeType.WHAT_OBJECT), """
                        Ask what was affected by the action.
                        What did ...?
                        Please make a question about the object.
                        Which question has the object of the sentence as its answer?
                        You did not catch the last word. Ask.
                        Replace the object by "what" and ask.
                        Question for the thing it was done to.
                        Turn the statement into a what-question.
                        """),
                form("present", Sentence::present, """
                        Put the sentence into the present tense.
                        past -> present
                        Please say it as if it happened regularly, simple present.
                        How is this sentence in the present?
                        Simple present, same people and things.
                        Change yesterday to every day.
                        Present tense of the statement.
                        Retell it in the present.
                        """),
                form("future", Sentence::future, """
                        Put the sentence into the future with "will".
                        past -> future
                        Please say that it is going to be done, using will.
                        How is this sentence in the future tense?
                        Change yesterday to tomorrow.
                        Predict it: ... will ...
                        Future form of the statement.
                        It has not happened yet. Say that it will.
                        """),
                form("present-perfect", s -> s.present().perfect(), """
                        Put the sentence into the present perfect.
                        has + participle
                        Please use "has" and the past participle.
                        How do you say that it has been completed by now?
                        Present perfect, active voice.
                        Change "did" to "has done".
                        The news, with has: rewrite.
                        Perfect form of the statement.
                        """),
                form("past-progressive", Sentence::progressive, """
                        Put the sentence into the past progressive.
                        was + -ing
                        Please say that it was going on.
                        How do you say this as an action in progress in the past?
                        Use "was" and the -ing form.
                        Continuous form, past.
                        When I came in, this was happening: rewrite the sentence.
                        Past continuous of the statement.
                        """),
                form("must", s -> s.modal("must"), """
                        Say that the person must do it.
                        + must
                        Please turn the statement into an obligation.
                        How do you say that it has to be done, with must?
                        Use "must" with the verb.
                        Make it a duty.
                        Rewrite as a rule with must.
                        It is required: say so with must.
                        """),
                form("can", s -> s.modal("can"), """
                        Say that the person can do it.
                        + can
                        Please turn the statement into an ability.
                        How do you say that someone is able to, with can?
                        Use "can" with the verb.
                        State it as a possibility with can.
                        Rewrite as a skill of the person.
                        They know how to: say so with can.
                        """),
                form("plural-object", Sentence::pluralObject, """
                        Put the object of the sentence into the plural.
                        more than one thing
                        Please make it several things that it was done to.
                        How is the sentence if there was more than one of the last thing?
                        Pluralise the last noun, keep the rest.
                        Object in the plural.
                        Not one but many: change the final noun.
                        Same sentence, plural thing.
                        """),
                form("plural-subject", Sentence::pluralSubject, """
                        Put the subject of the sentence into the plural.
                        more than one person
                        Please let several people do it.
                        How is the sentence if there was more than one doer?
                        Pluralise the first noun, keep the rest.
                        Subject in the plural.
                        Not one person but many: change the sentence.
                        Same sentence, plural people.
                        """),
                task("object-pronoun")
                        .describedAs("""
                        Replace the object by "it".
                        object -> it
                        Please use a pronoun for the thing.
                        How is the sentence when the thing is already known?
                        Write "it" instead of the last noun phrase.
                        Avoid repeating the thing: use it.
                        Pronoun for the object.
                        Shorten the object to a pronoun.
                        """)
                        .from(
                                FACTS.filter(fact -> !PERSONS.contains(fact.object())),
                                Fact::text,
                                fact -> "The %s %s it.".formatted(fact.subject(), fact.past())),
                said("subject", Fact::subject, """
                        Who did it? Answer with one word.
                        subject noun
                        Please name the one who acts in the sentence.
                        Extract the subject, without "the".
                        Which person does something here?
                        The doer, one word.
                        Return the agent of the action.
                        Who is this sentence about?
                        """),
                said("object", Fact::object, """
                        What was it done to? Answer with one word.
                        object noun
                        Please name the thing that is acted on.
                        Extract the object, without "the".
                        Which thing or being receives the action?
                        The patient of the action, one word.
                        Return the last noun of the sentence.
                        What did the person act on?
                        """),
                said("verb", Fact::past, """
                        Which word of the sentence is the verb?
                        verb
                        Please pick out the action word as it stands.
                        Extract the verb, unchanged.
                        Which word says what happened?
                        Return the predicate verb.
                        The doing word, exactly as written.
                        Point out the verb of this sentence.
                        """),
                said("verb-base", Fact::verb, """
                        Give the base form of the verb.
                        infinitive of the verb
                        Please name the action in its dictionary form.
                        Under which headword is the verb of this sentence found?
                        Lemma of the verb.
                        What does the person do? One word, infinitive without "to".
                        Find the verb and take it back to its base form.
                        Extract the action, uninflected.
                        """),
                said("command", fact -> "%s the %s!".formatted(Text.capitalised(fact.verb()), fact.object()), """
                        Turn the sentence into a command.
                        imperative!
                        Please order someone to do this.
                        How would a boss demand that?
                        Tell somebody to do the same, with an exclamation mark.
                        Imperative form, no subject.
                        Make it an order.
                        Shout at me to do this thing.
                        """),
                said(
                        "polite-request",
                        fact -> "Could you %s the %s, please?".formatted(fact.verb(), fact.object()),
                        """
                        Turn the sentence into a polite request.
                        Could you ..., please?
                        Ask somebody kindly to do this.
                        How would a polite guest ask for that?
                        Request it with could you and please.
                        Make it a courteous question to another person.
                        Say it nicely: someone should do this for you.
                        A friendly request for the same action.
                        """),
                said("prohibition", fact -> "Do not %s the %s!".formatted(fact.verb(), fact.object()), """
                        Forbid the action.
                        Do not ...!
                        Please turn the sentence into a prohibition.
                        What would a warning sign against this say?
                        Negative imperative.
                        Tell somebody not to do this.
                        Make a rule against it, with do not.
                        Write the sign that stops people from doing this.
                        """),
                said(
                        "relative-clause",
                        fact -> "the %s that the %s %s".formatted(fact.object(), fact.subject(), fact.past()),
                        """
                        Name the thing with a relative clause: "the ... that the ... did".
                        sentence -> noun phrase with "that"
                        Please turn the sentence into a description of the object.
                        Which thing? Answer with "the ... that ...".
                        Nominalise: put the object first and attach the rest with that.
                        Make a phrase about the object out of the statement.
                        Describe the object by what happened to it.
                        Relative clause on the object, no full stop.
                        """),
                said(
                        "doer-phrase",
                        fact -> "the %s who %s the %s".formatted(fact.subject(), fact.past(), fact.object()),
                        """
                        Name the person with a relative clause: "the ... who ...".
                        sentence -> person phrase with "who"
                        Please turn the sentence into a description of the doer.
                        Which person? Answer with "the ... who ...".
                        Keep the order and insert who after the person; no full stop.
                        Make a phrase about the subject out of the statement.
                        Describe the person by what was done.
                        Relative clause on the subject.
                        """),
                said(
                        "reported",
                        fact -> "I heard that the %s %s the %s.".formatted(fact.subject(), fact.past(), fact.object()),
                        """
                        Report the sentence, beginning with "I heard that".
                        I heard that ...
                        Please put it into indirect speech as something you heard.
                        How would you pass this on as hearsay?
                        Embed the statement after "I heard that".
                        Make it a rumour.
                        Prefix the sentence: you only heard about it.
                        Tell a friend what you heard.
                        """),
                said(
                        "doubt",
                        fact -> "Perhaps the %s %s the %s.".formatted(fact.subject(), fact.past(), fact.object()),
                        """
                        Make the statement uncertain with "Perhaps".
                        Perhaps ...
                        Please weaken the claim.
                        How would a careful person say this? Use perhaps.
                        Begin with "Perhaps" and keep the rest.
                        We are not sure. Rephrase.
                        Turn the fact into a guess.
                        Hedge the sentence.
                        """),
                labelled("tense", """
                        Is the sentence in the past, the present or the future?
                        past / present / future
                        Please name the tense of the sentence.
                        When does this happen? past, present or future
                        Classify the sentence by time.
                        Which of the three tenses is it?
                        Look at the verb: past, present or future?
                        Time of the action, one word.
                        """, List.of("past", "present", "future"), (fact, label) -> switch (label) {
                    case "past" -> fact.sentence();
                    case "present" -> fact.sentence().present();
                    default -> fact.sentence().future();
                }),
                labelled(
                        "voice",
                        """
                        Is the sentence active or passive?
                        active / passive
                        Please name the voice of the sentence.
                        Does the subject act (active) or is it acted upon (passive)?
                        Classify the sentence by voice.
                        Grammatical voice, one word.
                        Who comes first, the doer (active) or the thing (passive)?
                        Look for "was ... by": passive, else active.
                        """,
                        List.of("active", "passive"),
                        (fact, label) -> label.equals("active")
                                ? fact.sentence()
                                : fact.sentence().passive()),
                labelled(
                        "polarity",
                        """
                        Is the sentence affirmative or negative?
                        affirmative / negative
                        Please tell whether the statement says yes or no to the fact: affirmative or negative.
                        Is there a negation in it? negative, otherwise affirmative
                        Classify the sentence by polarity.
                        Did it happen (affirmative) or not (negative)?
                        Look for "not".
                        Polarity of the statement, one word.
                        """,
                        List.of("affirmative", "negative"),
                        (fact, label) ->
                                label.equals("negative") ? fact.sentence().negative() : fact.sentence()));
    }

    private interface Forming {
        Sentence form(Fact fact, String label);
    }

    private static TaskRecipe form(String name, UnaryOperator<Sentence> change, String descriptions) {
        return said(name, fact -> change.apply(fact.sentence()).text(), descriptions);
    }

    private static TaskRecipe said(String name, Function<Fact, String> output, String descriptions) {
        return task(name).describedAs(descriptions).from(FACTS, Fact::text, output);
    }

    private static TaskRecipe labelled(String name, String descriptions, List<String> labels, Forming forming) {
        Domain<Labelled> sentences = Domain.drawn(random -> {
            String label = Domain.pick(random, labels);
            return new Labelled(forming.form(fact(random), label).text(), label);
        });
        return task(name)
                .describedAs(descriptions)
                .from(sentences, Labelled::text, Labelled::label)
                .evenly();
    }

    private static Fact fact(RandomGenerator random) {
        List<String> verb = Domain.pick(random, VERBS);
        return new Fact(
                Domain.pick(random, SUBJECTS),
                verb.getFirst(),
                verb.get(1),
                Domain.pick(random, List.of(verb.get(3).split(","))));
    }
}
