package dev.icmlora.tasks.family;

import java.util.ArrayList;
import java.util.List;
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

    private WordNet() {}

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
