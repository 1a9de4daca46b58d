package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.random.RandomGenerator;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Labels for short texts and words.
final class ClassificationTasks implements TaskFamily {

    private record Labelled(String text, String label) {}

    /// A message to a help desk, seen from several sides.
    private record Message(String text, String intent, String tone, String urgency) {}

    /// None begins with a vowel, so that "a" goes before each.
    private static final List<String> THINGS =
            Lexicon.nouns("vehicle", "furniture", "tool", "instrument", "kitchenware", "clothing").stream()
                    .filter(noun -> Text.COUNTABLE.contains(noun) && !Text.startsWithVowel(noun))
                    .toList();
    private static final Map<String, List<String>> OPINIONS = new TreeMap<>(Map.of(
            "positive",
            List.of(
                    "I love this %s.",
                    "What a wonderful %s!",
                    "The %s works perfectly.",
                    "Best %s I ever had.",
                    "I am so happy with the %s.",
                    "This %s is worth every cent.",
                    "My new %s is fantastic.",
                    "Everybody admires my %s."),
            "negative",
            List.of(
                    "I hate this %s.",
                    "What a terrible %s!",
                    "The %s broke at once.",
                    "Worst %s I ever had.",
                    "I am so disappointed with the %s.",
                    "This %s is a waste of money.",
                    "My new %s is useless.",
                    "Nobody should buy this %s."),
            "neutral",
            List.of(
                    "The %s arrived on Monday.",
                    "This %s comes in a box.",
                    "I ordered one %s.",
                    "The %s is in the next room.",
                    "My brother has the same %s.",
                    "There is a %s in the picture.",
                    "The shop sells this %s, too.",
                    "It is a %s.")));
    private static final Map<String, List<String>> FEELINGS = new TreeMap<>(Map.of(
            "joy",
            List.of(
                    "%s gave me a hug, hurrah!",
                    "I danced with %s all night.", "%s and I laughed till we cried.", "At last I can see %s again!"),
            "anger",
            List.of(
                    "%s broke my phone on purpose!",
                    "How dare %s shout at me!", "I am sick of the lies of %s.", "%s cheated and I won't stand for it!"),
            "sadness",
            List.of(
                    "I miss %s so much.",
                    "%s left and the house is empty.", "I cried when %s said goodbye.", "Without %s nothing is fun."),
            "fear",
            List.of(
                    "Something moved behind %s in the dark.", "I tremble when %s drives so fast.",
                    "What if %s never comes back?", "%s heard steps in the empty attic.")));
    private static final Map<String, List<String>> TOPICS = new TreeMap<>(Map.of(
            "sports",
            List.of(
                    "%s scored twice in the second half.", "%s won the final in three sets.",
                    "The coach of %s praised the defence.", "%s ran the marathon in record time."),
            "cooking",
            List.of(
                    "%s stirs the sauce and adds garlic.", "Bake the dough of %s for an hour.",
                    "%s fries onions in butter.", "The soup of %s needs more salt."),
            "music",
            List.of(
                    "%s tunes the violin before the concert.", "The new song of %s tops the charts.",
                    "%s sings in the choir.", "The album of %s has ten tracks."),
            "money",
            List.of(
                    "%s invests in shares and bonds.", "The bank raised the interest for %s.",
                    "%s pays taxes on the profit.", "The salary of %s rises by two per cent."),
            "health",
            List.of(
                    "%s has a fever and a sore throat.", "The doctor gave %s a vaccine.",
                    "%s takes the pills after meals.", "The nurse checks the pulse of %s."),
            "travel",
            List.of(
                    "%s booked a hotel by the beach.", "The train of %s crosses the border.",
                    "%s packs the passport and a map.", "The plane of %s lands at noon.")));
    private static final Map<String, List<String>> LANGUAGES = new TreeMap<>(Map.of(
            "English",
            List.of(
                    "My name is %s.",
                    "Where does %s live?", "%s has two brothers.", "Good morning, %s!", "%s reads a book."),
            "German",
            List.of("Ich heiße %s.", "Wo wohnt %s?", "%s hat zwei Brüder.", "Guten Morgen, %s!", "%s liest ein Buch."),
            "French",
            List.of("Je m'appelle %s.", "Où habite %s ?", "%s a deux frères.", "Bonjour, %s !", "%s lit un livre."),
            "Spanish",
            List.of(
                    "Me llamo %s.",
                    "¿Dónde vive %s?", "%s tiene dos hermanos.", "¡Buenos días, %s!", "%s lee un libro."),
            "Italian",
            List.of("Mi chiamo %s.", "Dove abita %s?", "%s ha due fratelli.", "Buongiorno, %s!", "%s legge un libro."),
            "Dutch",
            List.of(
                    "Ik heet %s.",
                    "Waar woont %s?", "%s heeft twee broers.", "Goedemorgen, %s!", "%s leest een boek.")));
    private static final Map<String, List<String>> KINDS = new TreeMap<>(Map.of(
            "statement", List.of("The %s is new.", "I bought a %s.", "There is a %s here.", "Your %s looks good."),
            "question",
                    List.of("Is the %s new?", "Where did you buy the %s?", "Whose %s is this?", "May I use your %s?"),
            "command", List.of("Bring me the %s!", "Don't touch the %s!", "Sell the %s today!", "Put the %s away!")));
    private static final Map<String, List<String>> REGISTERS = new TreeMap<>(Map.of(
            "formal",
            List.of(
                    "Dear Sir or Madam, I wish to enquire about the %s.",
                            "We regret to inform you that the %s is sold.",
                    "Kindly confirm receipt of the %s.", "I would be grateful for an offer for one %s."),
            "informal",
            List.of(
                    "Hey, got the %s yet?",
                    "Yo, that %s is so cool!", "Gonna grab the %s, ok?", "Nah, don't need your %s, mate.")));
    private static final Map<String, List<String>> SPAM = new TreeMap<>(Map.of(
            "spam",
            List.of(
                    "YOU WON A FREE %s! Click now!!!",
                    "Cheap %s, 90%% off, today only!!!",
                    "Act now: claim your %s prize!",
                    "Make $5000 a day selling a %s!!!"),
            "ham",
            List.of(
                    "Can you bring the %s tomorrow?",
                    "I left the %s at your place.",
                    "Thanks for lending me the %s.",
                    "The %s is ready to be picked up.")));
    private static final List<List<String>> INTENTS = List.of(
            List.of("refund", "Please send the money for the %s back.", "Give me my money back for this %s."),
            List.of("delivery", "Please tell me when the %s arrives.", "When will my %s finally be delivered?"),
            List.of("repair", "Please mend my %s.", "My %s is broken, fix it."),
            List.of("purchase", "I would like to buy a %s, please.", "I want to order one %s."));

    /// Categories that nobody confuses with one another.
    private static final List<String> SORTS = List.of(
            "animal", "food", "job", "clothing", "vehicle", "instrument", "sport", "body", "weather", "building");

    private static final Domain<Message> MESSAGES = Domain.drawn(ClassificationTasks::message);

    @Override
    public String name() {
        return "classification";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                templates("sentiment", OPINIONS, THINGS, """
                        Is the review positive, negative or neutral?
                        sentiment
                        Please tell how the customer feels: positive, negative or neutral.
                        Classify the opinion.
                        What is the sentiment of the sentence?
                        Does the writer like the thing? positive / negative / neutral
                        Label the text by its attitude.
                        positive for praise, negative for complaints, else neutral
                        """),
                templates("feeling", FEELINGS, Lexicon.names("female", "male"), """
                        Which feeling is expressed: joy, anger, sadness or fear?
                        emotion
                        Please name the emotion of the writer.
                        joy / anger / sadness / fear
                        How does the speaker feel?
                        Classify the sentence by emotion.
                        Label the mood with one of four feelings.
                        Detect the emotion, one word.
                        """),
                templates("topic", TOPICS, Lexicon.names("female", "male"), """
                        What is the sentence about: sports, cooking, music, money, health or travel?
                        topic label
                        Please assign the sentence to a section of the newspaper.
                        sports / cooking / music / money / health / travel
                        Which of the six subjects is it?
                        Classify the sentence by topic.
                        File the sentence under its theme.
                        In which magazine would this stand? One word.
                        """),
                templates("language", LANGUAGES, Lexicon.names("female", "male"), """
                        In which language is the sentence?
                        language
                        Please identify the language, in English.
                        English, German, French, Spanish, Italian or Dutch?
                        Which language does the writer use?
                        Detect the language.
                        Name the tongue of this text.
                        A translator from which language do I need?
                        """),
                templates("sentence-kind", KINDS, THINGS, """
                        Is it a statement, a question or a command?
                        statement / question / command
                        Please classify the sentence by its purpose.
                        Does the speaker tell, ask or order? statement, question, command
                        Kind of sentence, one word.
                        What type of sentence is this?
                        Look at the end and the verb: which of the three kinds?
                        Speech act: statement, question or command.
                        """),
                templates("register", REGISTERS, THINGS, """
                        Is the text formal or informal?
                        formal / informal
                        Please classify the style of the message.
                        Business letter (formal) or chat among friends (informal)?
                        Which register is used?
                        How polite is the language? formal or informal
                        Label the style, one word.
                        Would one write this to an authority (formal) or to a buddy (informal)?
                        """),
                templates("spam", SPAM, THINGS, """
                        Is the message spam or ham?
                        spam / ham
                        Please filter the mail: advertising rubbish is spam, the rest ham.
                        Should this go to the junk folder? spam = yes, ham = no
                        Classify the message for a mail filter.
                        Junk or not? Answer spam or ham.
                        Unwanted advertising (spam) or a real message (ham)?
                        Label the e-mail.
                        """),
                message("intent", Message::intent, """
                        What does the customer want: refund, delivery, repair or purchase?
                        intent
                        Please route the message: refund, delivery, repair or purchase.
                        Which department should answer?
                        Classify the request of the customer.
                        What is the message for? One of four words.
                        Label the customer's intent.
                        refund / delivery / repair / purchase
                        """),
                message("politeness", Message::tone, """
                        Is the message polite or blunt?
                        polite / blunt
                        Please judge the manners of the customer.
                        Does the writer say please (polite) or not (blunt)?
                        Classify the tone of the request.
                        How is the request made? One word: polite or blunt.
                        Label the tone.
                        Friendly manners or none? polite / blunt
                        """),
                message("urgency", Message::urgency, """
                        Is the message urgent or normal?
                        urgent / normal
                        Please set the priority: urgent or normal.
                        Does it have to be answered right now? urgent, otherwise normal
                        Classify the message by its hurry.
                        Which queue: urgent or normal?
                        Label the priority of the ticket.
                        Can it wait (normal) or not (urgent)?
                        """),
                message(
                        "route-code",
                        m -> Text.upper(m.intent().substring(0, 3))
                                + (m.urgency().equals("urgent") ? "-1" : "-2"),
                        """
                        Give the ticket code: three letters of the wish (REF, DEL, REP, PUR), then -1 if urgent, else -2.
                        ticket code, like REF-1
                        Please code the message for the help desk: wish and priority.
                        REF, DEL, REP or PUR plus -1 (urgent) or -2 (normal)
                        Which code does the help desk give this message?
                        Combine the intent's three letters with the priority number.
                        Label the message with its routing code.
                        Routing: wish in three capitals, hyphen, priority.
                        """),
                task("word-category")
                        .describedAs("""
                        To which category does the word belong?
                        animal, food, job, clothing, vehicle, tool, sport, plant ...?
                        Please name the group that this thing is part of.
                        Generic term for the word.
                        A kind of what is this?
                        Classify the noun: animal, food, job, body, building ...
                        Category of the thing, one word.
                        Sort the word into its drawer.
                        """)
                        .from(Domain.of(categorised(Lexicon.nounCategories())), Labelled::text, Labelled::label),
                task("living")
                        .describedAs("""
                        Is it an animal or a plant?
                        animal / plant
                        Please tell flora from fauna: animal or plant.
                        Zoo (animal) or botanical garden (plant)?
                        Does it move by itself (animal) or grow in the ground (plant)?
                        Classify the living thing.
                        Which kingdom: animal or plant?
                        Fauna or flora? Answer animal or plant.
                        """)
                        .from(pairs("animal", "plant"), Labelled::text, Labelled::label)
                        .evenly(),
                task("edible")
                        .describedAs("""
                        Can one eat it? Answer edible or inedible.
                        edible / inedible
                        Please tell whether this is food.
                        Kitchen table (edible) or tool shed (inedible)?
                        Would you put it on a plate to eat? edible or inedible
                        Classify the thing: food or not.
                        Does it taste good or break your teeth? edible / inedible
                        Label the word as edible or inedible.
                        """)
                        .from(
                                Domain.of(categorised(List.of("food", "tool", "furniture", "vehicle", "instrument")))
                                        .map(w -> new Labelled(
                                                w.text(), w.label().equals("food") ? "edible" : "inedible")),
                                Labelled::text,
                                Labelled::label)
                        .evenly(),
                task("odd-one-out")
                        .describedAs("""
                        Which word does not belong with the others?
                        odd one out
                        Please find the word of another kind.
                        Three are of a kind, one is not. Which?
                        Spot the intruder.
                        Name the word that does not fit.
                        One of these is different. Which one?
                        Outlier among the words.
                        """)
                        .from(Domain.drawn(ClassificationTasks::oddOneOut), Labelled::text, Labelled::label),
                task("common-category")
                        .describedAs("""
                        What do the words have in common? Name their category.
                        common category
                        Please give the group that all of these belong to.
                        They are all kinds of ...? One word, singular.
                        Find the generic term for the list.
                        Which heading fits all the words?
                        Category shared by the words.
                        Title for this list of things, one noun in the singular.
                        """)
                        .from(
                                Domain.drawn(random -> {
                                    String category = Domain.pick(random, Lexicon.nounCategories());
                                    return new Labelled(
                                            ListTasks.text(Domain.pick(random, Lexicon.nouns(category), 3)), category);
                                }),
                                Labelled::text,
                                Labelled::label)
                        .evenly(),
                task("same-category")
                        .describedAs("""
                        Are the two things of the same kind? Answer same or different.
                        same / different
                        Please compare the categories of the two words.
                        Do both words belong into one drawer? same or different
                        Two animals, two tools ...: same; otherwise different.
                        Judge whether the pair shares a category.
                        Is it a matching pair of kinds?
                        Label the pair: same kind or different kind, one word.
                        """)
                        .from(
                                Domain.drawn(random -> {
                                    List<String> two = Domain.pick(random, SORTS, 2);
                                    boolean same = random.nextBoolean();
                                    List<String> words = same
                                            ? Domain.pick(random, Lexicon.nouns(two.getFirst()), 2)
                                            : List.of(
                                                    Domain.pick(random, Lexicon.nouns(two.getFirst())),
                                                    Domain.pick(random, Lexicon.nouns(two.getLast())));
                                    return new Labelled(ListTasks.text(words), same ? "same" : "different");
                                }),
                                Labelled::text,
                                Labelled::label)
                        .evenly());
    }

    private static Message message(RandomGenerator random) {
        List<String> intent = Domain.pick(random, INTENTS);
        boolean polite = random.nextBoolean();
        boolean urgent = random.nextBoolean();
        String hurry = urgent
                ? Domain.pick(random, List.of(" It is urgent!", " I need it today!", " This can't wait!"))
                : Domain.pick(random, List.of(" No hurry.", " Any day is fine.", " Take your time."));
        return new Message(
                intent.get(polite ? 1 : 2).formatted(Domain.pick(random, THINGS)) + hurry,
                intent.getFirst(),
                polite ? "polite" : "blunt",
                urgent ? "urgent" : "normal");
    }

    private static Labelled oddOneOut(RandomGenerator random) {
        List<String> two = Domain.pick(random, SORTS, 2);
        List<String> words = new ArrayList<>(Domain.pick(random, Lexicon.nouns(two.getFirst()), 3));
        String odd = Domain.pick(random, Lexicon.nouns(two.getLast()));
        words.add(random.nextInt(4), odd);
        return new Labelled(ListTasks.text(words), odd);
    }

    private static List<Labelled> categorised(List<String> categories) {
        return categories.stream()
                .flatMap(category -> Lexicon.nouns(category).stream().map(noun -> new Labelled(noun, category)))
                .toList();
    }

    private static Domain<Labelled> pairs(String... categories) {
        return Domain.of(categorised(List.of(categories)));
    }

    private static TaskRecipe templates(
            String name, Map<String, List<String>> templates, List<String> fillers, String descriptions) {
        List<String> labels = List.copyOf(templates.keySet());
        Domain<Labelled> texts = Domain.drawn(random -> {
            String label = Domain.pick(random, labels);
            String template = Domain.pick(random, templates.get(label));
            return new Labelled(template.formatted(Domain.pick(random, fillers)), label);
        });
        return task(name)
                .describedAs(descriptions)
                .from(texts, Labelled::text, Labelled::label)
                .evenly();
    }

    private static TaskRecipe message(String name, Function<Message, String> side, String descriptions) {
        return task(name)
                .describedAs(descriptions)
                .from(MESSAGES, Message::text, side)
                .evenly();
    }
}
