package dev.icmlora.tasks.family;

import java.util.Locale;

import simplenlg.features.Feature;
import simplenlg.features.Form;
import simplenlg.features.InterrogativeType;
import simplenlg.features.NumberAgreement;
import simplenlg.features.Person;
import simplenlg.features.Tense;
import simplenlg.framework.InflectedWordElement;
import simplenlg.framework.LexicalCategory;
import simplenlg.framework.NLGFactory;
import simplenlg.framework.WordElement;
import simplenlg.lexicon.Lexicon;
import simplenlg.phrasespec.NPPhraseSpec;
import simplenlg.phrasespec.SPhraseSpec;
import simplenlg.realiser.english.Realiser;

/// English inflection and sentences, by SimpleNLG.
final class English {

    private static final Lexicon LEXICON = lexicon();
    private static final NLGFactory FACTORY = new NLGFactory(LEXICON);
    private static final Realiser REALISER = new Realiser(LEXICON);

    private English() {}

    static String plural(String noun) {
        InflectedWordElement word = inflected(noun, LexicalCategory.NOUN);
        word.setFeature(Feature.NUMBER, NumberAgreement.PLURAL);
        return REALISER.realise(word).getRealisation();
    }

    static String thirdPerson(String verb) {
        InflectedWordElement word = inflected(verb, LexicalCategory.VERB);
        word.setFeature(Feature.TENSE, Tense.PRESENT);
        word.setFeature(Feature.PERSON, Person.THIRD);
        word.setFeature(Feature.NUMBER, NumberAgreement.SINGULAR);
        return REALISER.realise(word).getRealisation();
    }

    static String presentParticiple(String verb) {
        InflectedWordElement word = inflected(verb, LexicalCategory.VERB);
        word.setFeature(Feature.FORM, Form.PRESENT_PARTICIPLE);
        return REALISER.realise(word).getRealisation();
    }

    /// A sentence under construction, at first a past statement in the active voice.
    static final class Sentence {

        private final NPPhraseSpec subject;
        private final NPPhraseSpec object;
        private final SPhraseSpec clause;

        private Sentence(String subject, String verb, String object) {
            this.subject = FACTORY.createNounPhrase("the", subject);
            this.object = FACTORY.createNounPhrase("the", object);
            this.clause = FACTORY.createClause(this.subject, verb, this.object);
            clause.setFeature(Feature.TENSE, Tense.PAST);
        }

        static Sentence of(String subject, String verb, String object) {
            return new Sentence(subject, verb, object);
        }

        Sentence present() {
            clause.setFeature(Feature.TENSE, Tense.PRESENT);
            return this;
        }

        Sentence future() {
            clause.setFeature(Feature.TENSE, Tense.FUTURE);
            return this;
        }

        Sentence perfect() {
            clause.setFeature(Feature.PERFECT, true);
            return this;
        }

        Sentence progressive() {
            clause.setFeature(Feature.PROGRESSIVE, true);
            return this;
        }

        Sentence passive() {
            clause.setFeature(Feature.PASSIVE, true);
            return this;
        }

        Sentence negative() {
            clause.setFeature(Feature.NEGATED, true);
            return this;
        }

        Sentence modal(String modal) {
            clause.setFeature(Feature.MODAL, modal);
            return present();
        }

        Sentence question(InterrogativeType type) {
            clause.setFeature(Feature.INTERROGATIVE_TYPE, type);
            return this;
        }

        Sentence pluralSubject() {
            subject.setPlural(true);
            return this;
        }

        Sentence pluralObject() {
            object.setPlural(true);
            return this;
        }

        String text() {
            return REALISER.realiseSentence(clause);
        }
    }

    /// SimpleNLG makes capitals by the default locale while it reads its lexicon. Turkish ones would lose half of the
    /// words.
    private static Lexicon lexicon() {
        Locale base = Locale.getDefault();
        Locale display = Locale.getDefault(Locale.Category.DISPLAY);
        Locale format = Locale.getDefault(Locale.Category.FORMAT);
        Locale.setDefault(Locale.ROOT);
        try {
            return Lexicon.getDefaultLexicon();
        } finally {
            Locale.setDefault(base);
            Locale.setDefault(Locale.Category.DISPLAY, display);
            Locale.setDefault(Locale.Category.FORMAT, format);
        }
    }

    private static InflectedWordElement inflected(String base, LexicalCategory category) {
        WordElement word =
                LEXICON.hasWord(base, category) ? LEXICON.getWord(base, category) : new WordElement(base, category);
        return new InflectedWordElement(word);
    }
}
