package dev.icmlora.engine.worker;

import java.lang.Character.UnicodeScript;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// The words of a text, between which its spans begin and end: runs of letters, runs of digits, and each other
/// character by itself, white space aside. So "5pm" has two, and "12:15" three. In scripts that put no space between
/// words each character is one.
public final class Words {

    private static final Set<UnicodeScript> UNSPACED = Set.of(
            UnicodeScript.HAN,
            UnicodeScript.HIRAGANA,
            UnicodeScript.KATAKANA,
            UnicodeScript.THAI,
            UnicodeScript.LAO,
            UnicodeScript.KHMER,
            UnicodeScript.MYANMAR);

    private final String text;
    private int[] starts = new int[16];
    private int[] ends = new int[16];
    private int size;

    private enum Kind {
        SPACE,
        LETTER,
        DIGIT,
        ALONE,
        /// Belongs to the character before it, such as an accent.
        MARK;

        static Kind of(int character) {
            return switch (Character.getType(character)) {
                case Character.NON_SPACING_MARK,
                        Character.COMBINING_SPACING_MARK,
                        Character.ENCLOSING_MARK,
                        Character.FORMAT -> MARK;
                case Character.DECIMAL_DIGIT_NUMBER -> DIGIT;
                default -> {
                    if (Character.isWhitespace(character) || Character.isSpaceChar(character)) {
                        yield SPACE;
                    }
                    var isRun = Character.isLetter(character) && !UNSPACED.contains(UnicodeScript.of(character));
                    yield isRun ? LETTER : ALONE;
                }
            };
        }
    }

    private Words(String text) {
        this.text = text;
    }

    public static Words of(String text) {
        var words = new Words(text);
        var before = Kind.SPACE;
        for (var at = 0; at < text.length(); ) {
            var character = text.codePointAt(at);
            var end = at + Character.charCount(character);
            var found = Kind.of(character);
            var kind = found == Kind.MARK && before == Kind.SPACE ? Kind.ALONE : found;
            if (kind == Kind.MARK || kind == before && (kind == Kind.LETTER || kind == Kind.DIGIT)) {
                words.ends[words.size - 1] = end;
            } else if (kind != Kind.SPACE) {
                words.add(at, end);
            }
            before = kind == Kind.MARK ? before : kind;
            at = end;
        }
        return words;
    }

    private void add(int start, int end) {
        if (size == starts.length) {
            starts = Arrays.copyOf(starts, 2 * size);
            ends = Arrays.copyOf(ends, 2 * size);
        }
        starts[size] = start;
        ends[size++] = end;
    }

    public int size() {
        return size;
    }

    /// The text from a word on.
    ///
    /// @param last the word that it ends with
    public String span(int first, int last) {
        return text.substring(starts[first], ends[last]);
    }

    /// Index of its first `char`.
    public int start(int word) {
        return starts[word];
    }

    /// Index after its last `char`.
    public int end(int word) {
        return ends[word];
    }

    /// Where a span stands.
    public record Place(int first, int last) {}

    /// All places where a span stands, from word to word; none for an empty one.
    public List<Place> places(String span) {
        return placed(span).toList();
    }

    /// Index of the first `char` of a span where it first stands; empty where no piece of the text from word to word
    /// is the same.
    public OptionalInt find(String span) {
        return placed(span).mapToInt(place -> starts[place.first]).findFirst();
    }

    private Stream<Place> placed(String span) {
        return IntStream.range(0, span.isEmpty() ? 0 : size)
                .filter(word -> text.startsWith(span, starts[word]))
                .mapToObj(word -> new Place(word, Arrays.binarySearch(ends, 0, size, starts[word] + span.length())))
                .filter(place -> place.last >= 0);
    }
}
