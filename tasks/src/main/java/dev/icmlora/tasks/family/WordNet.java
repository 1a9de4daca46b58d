package dev.icmlora.tasks.family;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

import net.sf.extjwnl.JWNLException;
import net.sf.extjwnl.data.IndexWord;
import net.sf.extjwnl.data.POS;
import net.sf.extjwnl.data.Pointer;
import net.sf.extjwnl.data.PointerType;
import net.sf.extjwnl.data.Synset;
import net.sf.extjwnl.data.Word;
import net.sf.extjwnl.dictionary.Dictionary;

/// What WordNet 3.1 says about a word.
final class WordNet {

    private static final Dictionary DICTIONARY = open();

    /// In place of the offset of a more general word.
    private static final long NONE = -1;

    private WordNet() {}

    /// A sense of a noun or verb.
    ///
    /// @param word the first that has it
    /// @param definition without the sentences that follow it
    /// @param sentence with the word in it
    record Meaning(String word, String definition, Optional<String> sentence) {}

    /// A noun or verb, and the meanings of all that come under it.
    ///
    /// @param under tells the next more general noun or verb
    record Subject(String name, long under, List<Meaning> meanings) {}

    /// Those with neither too few meanings to make a task of, nor so many that they say nothing.
    static List<Subject> subjects() {
        return Subjects.ALL;
    }

    /// Read when first asked for, since it takes a second.
    private static final class Subjects {
        private static final int FEWEST = 40;
        private static final int MOST = 1500;

        private static final List<Subject> ALL =
                Stream.of(POS.NOUN, POS.VERB).flatMap(Subjects::of).toList();

        private static Stream<Subject> of(POS pos) {
            Map<Long, Synset> synsets = new LinkedHashMap<>();
            synsets(pos).forEachRemaining(synset -> synsets.put(synset.getOffset(), synset));
            Map<Long, Long> under = new HashMap<>();
            synsets.forEach((offset, synset) -> under.put(offset, moreGeneral(synset)));
            Map<Long, List<Meaning>> meanings = new LinkedHashMap<>();
            synsets.forEach((offset, synset) -> {
                Meaning meaning = meaning(synset);
                for (long above = under.get(offset); above != NONE; above = under.get(above)) {
                    meanings.computeIfAbsent(above, _ -> new ArrayList<>()).add(meaning);
                }
            });
            return meanings.entrySet().stream()
                    .filter(subject -> subject.getValue().size() >= FEWEST
                            && subject.getValue().size() <= MOST)
                    // Of these there are hundreds, and they define one another.
                    .filter(subject -> !word(synsets.get(subject.getKey())).endsWith(" genus"))
                    .map(subject -> new Subject(
                            word(synsets.get(subject.getKey())),
                            under.get(subject.getKey()),
                            List.copyOf(subject.getValue())));
        }

        private static String word(Synset synset) {
            return synset.getWords().getFirst().getLemma().replace('_', ' ');
        }

        /// A gloss is a definition, and perhaps sentences in quotation marks.
        private static Meaning meaning(Synset synset) {
            String[] parts = synset.getGloss().split("; *\"", 2);
            Optional<String> sentence = parts.length == 1
                    ? Optional.empty()
                    : Optional.of(parts[1].split("\"", 2)[0].strip()).filter(text -> text.contains(" "));
            return new Meaning(word(synset), parts[0].strip(), sentence);
        }
    }

    private static long moreGeneral(Synset synset) {
        try {
            List<Pointer> pointers = synset.getPointers(PointerType.HYPERNYM);
            return pointers.isEmpty() ? NONE : pointers.getFirst().getTargetOffset();
        } catch (JWNLException e) {
            throw new IllegalStateException("WordNet cannot be read", e);
        }
    }

    private static Iterator<Synset> synsets(POS pos) {
        try {
            return DICTIONARY.getSynsetIterator(pos);
        } catch (JWNLException e) {
            throw new IllegalStateException("WordNet cannot be read", e);
        }
    }

    /// The parts of speech that the word has.
    static List<POS> partsOfSpeech(String word) {
        List<POS> found = new ArrayList<>();
        for (POS pos : POS.getAllPOS()) {
            if (lookUp(pos, word) != null) {
                found.add(pos);
            }
        }
        return found;
    }

    /// The nearest more general noun, where that is a single word.
    ///
    /// @param topic file of WordNet, such as `animal` or `artifact`, that holds the sense meant
    static Optional<String> hypernym(String noun, String topic) {
        return senses(noun)
                .filter(sense -> sense.getLexFileName().equals("noun." + topic))
                .findFirst()
                .flatMap(sense -> sense.getPointers(PointerType.HYPERNYM).stream()
                        .map(WordNet::target)
                        .flatMap(general -> general.getWords().stream())
                        .map(Word::getLemma)
                        .filter(lemma -> isPlain(lemma) && !lemma.equals(noun))
                        .findFirst());
    }

    /// Whether the noun has a sense in WordNet's file of that topic.
    static boolean has(String noun, String topic) {
        return senses(noun).anyMatch(sense -> sense.getLexFileName().equals("noun." + topic));
    }

    private static boolean isPlain(String lemma) {
        return lemma.chars().allMatch(c -> c >= 'a' && c <= 'z');
    }

    private static Stream<Synset> senses(String noun) {
        return Stream.ofNullable(lookUp(POS.NOUN, noun)).flatMap(word -> word.getSenses().stream());
    }

    private static Synset target(Pointer pointer) {
        try {
            return pointer.getTargetSynset();
        } catch (JWNLException e) {
            throw new IllegalStateException("WordNet cannot be read", e);
        }
    }

    private static IndexWord lookUp(POS pos, String word) {
        try {
            return DICTIONARY.getIndexWord(pos, word);
        } catch (JWNLException e) {
            throw new IllegalStateException("WordNet cannot be read", e);
        }
    }

    private static Dictionary open() {
        try {
            return Dictionary.getDefaultResourceInstance();
        } catch (JWNLException e) {
            throw new IllegalStateException("WordNet is not on the class path", e);
        }
    }
}
