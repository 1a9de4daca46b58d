package dev.icmlora.tasks.family;

import static dev.icmlora.tasks.recipe.TaskRecipe.task;

import java.util.List;
import java.util.function.Function;

import dev.icmlora.tasks.recipe.Domain;
import dev.icmlora.tasks.recipe.Lexicon;
import dev.icmlora.tasks.recipe.TaskFamily;
import dev.icmlora.tasks.recipe.TaskRecipe;

/// Forms of people's names, as on letters, lists and log-ins.
final class PeopleTasks implements TaskFamily {

    private record Person(String first, String last, boolean female) {

        String text() {
            return first + " " + last;
        }

        String initials() {
            return first.substring(0, 1) + last.charAt(0);
        }
    }

    private static final List<String> WOMEN = Lexicon.names("female");
    private static final List<String> MEN = Lexicon.names("male");
    private static final List<String> SURNAMES = Lexicon.names("surname");
    private static final Domain<Person> PEOPLE = Domain.drawn(random -> {
        boolean female = random.nextBoolean();
        return new Person(Domain.pick(random, female ? WOMEN : MEN), Domain.pick(random, SURNAMES), female);
    });

    @Override
    public String name() {
        return "people";
    }

    @Override
    public List<TaskRecipe> tasks() {
        return List.of(
                ofPerson("first-name", Person::first, """
                        What is the person's first name?
                        given name
                        Please return only the first name.
                        How would a friend call this person?
                        Drop the surname.
                        Forename of the person.
                        First word of the name.
                        What do we write on the birthday card?
                        """),
                ofPerson("surname", Person::last, """
                        What is the person's surname?
                        family name
                        Please return only the last name.
                        Which name does the person share with the family?
                        Drop the first name.
                        Surname of the person.
                        Last word of the name.
                        What is written on the door bell?
                        """),
                ofPerson("initials", Person::initials, """
                        What are the person's initials?
                        initials, no dots
                        Please reduce the name to its first letters.
                        How would the person sign a change, in two letters?
                        First letters of both names, joined.
                        Monogram of the person.
                        Two capitals that stand for this name.
                        Which letters are stitched on the handkerchief?
                        """),
                ofPerson(
                        "dotted-initials",
                        p -> p.first().charAt(0) + "." + p.last().charAt(0) + ".",
                        """
                        Write the initials with dots, like A.B.
                        initials with full stops
                        Please abbreviate both names to a letter and a point.
                        A.B. style for this person
                        Dotted monogram, no space.
                        Letter, dot, letter, dot.
                        How would an old newspaper sign an article by this person?
                        Initials, each followed by a period.
                        """),
                ofPerson("last-first", p -> p.last() + ", " + p.first(), """
                        Write the surname first, then a comma and the first name.
                        Last, First
                        Please put the name into catalogue order.
                        How does a library list this author?
                        Surname, comma, forename.
                        Invert the name for an alphabetical list.
                        Phone book form of the name.
                        Index entry for the person.
                        """),
                ofPerson("short-first", p -> p.first().charAt(0) + ". " + p.last(), """
                        Abbreviate the first name: A. Smith.
                        F. Last
                        Please shorten the given name to a letter and a dot.
                        How is the author cited, with an initial?
                        Initial, dot, space, surname.
                        Name for a small door plate, with the forename cut.
                        Keep the surname, shorten the rest.
                        Citation style with the initial in front.
                        """),
                ofPerson("last-initial", p -> p.last() + " " + p.first().charAt(0), """
                        Write the surname and then the initial of the first name, without punctuation.
                        Last F
                        Please use the citation style of medical journals.
                        Surname, space, first letter.
                        How is this author listed in PubMed style?
                        Put the family name first and keep just a letter of the other.
                        Vancouver style author.
                        Family name plus initial at the end.
                        """),
                ofPerson("short-last", p -> p.first() + " " + p.last().charAt(0) + ".", """
                        Abbreviate the surname: Anna S.
                        First L.
                        Please hide most of the family name.
                        How would a newspaper print the name of a minor?
                        First name, then the surname's letter with a dot.
                        Keep the forename, cut the surname to a letter.
                        Semi-anonymous form of the name.
                        Name for a public list: only one letter of the surname.
                        """),
                ofPerson("surname-capitals", p -> p.first() + " " + Text.upper(p.last()), """
                        Write the surname in capitals.
                        First LAST
                        Please mark the family name by upper case.
                        How is the name printed on an international form?
                        Forename as it is, surname in block letters.
                        Upper-case the last word only.
                        French style: family name in capitals.
                        Make clear which is the surname, with capitals.
                        """),
                ofPerson("honorific", p -> (p.female() ? "Ms " : "Mr ") + p.last(), """
                        Write the person with Mr or Ms and the surname.
                        Mr/Ms Last
                        Please address the person formally, in two words.
                        How would a receptionist call this person?
                        Title by gender plus family name.
                        Replace the first name by Mr or Ms.
                        Polite form of the name.
                        Formal name, no first name.
                        """),
                ofPerson("salutation", p -> "Dear " + (p.female() ? "Ms " : "Mr ") + p.last() + ",", """
                        Write the salutation of a formal letter.
                        Dear Mr/Ms Last,
                        Please begin a business letter to this person.
                        How does an official letter to this person start?
                        "Dear", title, surname, comma.
                        First line of a formal e-mail.
                        Letter opening for the person.
                        Greet the recipient formally, in writing.
                        """),
                ofPerson("informal-greeting", p -> "Hello " + p.first() + "!", """
                        Greet the person with Hello and the first name.
                        Hello First!
                        Please say hello in an informal way.
                        What do you call out when you meet this friend?
                        "Hello", first name, exclamation mark.
                        Informal greeting, spoken.
                        Welcome the person by first name.
                        Friendly hello to this person.
                        """),
                ofPerson("user-name", p -> Text.lower(p.first().charAt(0) + p.last()), """
                        Make a user name: initial of the first name and the surname, lower case.
                        flast
                        Please create the log-in of this employee.
                        How would a Unix account for the person be called?
                        First letter plus family name, small letters, no space.
                        Account name for the person.
                        Log-in in the jsmith style.
                        Derive the user id from the name.
                        """),
                ofPerson("mail-address", p -> Text.lower(p.first() + "." + p.last()) + "@work.example", """
                        Make the e-mail address first.last@work.example.
                        first.last@work.example
                        Please create the person's address at work.example.
                        How do I mail this colleague? The domain is work.example.
                        Small letters, a dot between the names, then @work.example.
                        Office e-mail address for the person.
                        Mailbox of the employee at work.example.
                        Derive the mail address from the name.
                        """),
                ofPerson("possessive", p -> p.first() + "'s", """
                        Write the first name in the possessive.
                        First's
                        Please add 's to the given name.
                        Whose is it? Answer with the first name.
                        Genitive of the forename.
                        It belongs to this person: write the owner's first name.
                        First name, apostrophe, s.
                        Possessive form, without the surname.
                        """),
                ofPerson("pronoun", p -> p.female() ? "she" : "he", """
                        Which pronoun would most people use for the name, he or she?
                        he / she
                        Please guess the pronoun from the first name.
                        Traditionally, is this a man's or a woman's name? Answer he or she.
                        Replace the name by a pronoun.
                        Subject pronoun for the person.
                        he for a male name, she for a female one
                        Pronoun by first name.
                        """).evenly(),
                task("from-last-first").describedAs("""
                        Write the name in natural order.
                        Last, First -> First Last
                        Please undo the catalogue order.
                        How is this person called in speech?
                        First name first, no comma.
                        Turn the index entry into a normal name.
                        Swap both parts and remove the comma.
                        Name as one says it.
                        """).from(PEOPLE, p -> p.last() + ", " + p.first(), Person::text),
                task("from-mail")
                        .describedAs("""
                        Which name belongs to the e-mail address? First name and surname with capitals.
                        first.last@... -> First Last
                        Please recover the person's name from the address.
                        Who writes from this mailbox?
                        Take the part before @, split at the dot and capitalise.
                        Name of the sender.
                        Turn the address into a name for the address book.
                        Whose address is it?
                        """)
                        .from(PEOPLE, p -> Text.lower(p.first() + "." + p.last()) + "@work.example", Person::text));
    }

    private static TaskRecipe ofPerson(String name, Function<Person, String> form, String descriptions) {
        return task(name).describedAs(descriptions).from(PEOPLE, Person::text, form);
    }
}
