package dev.icmlora.engine.worker;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.stream.IntStream;

import dev.icmlora.generator.task.PromptFormat;

/// Asks for answers that stand word for word in a text, one for each prompt: for the likeliest of its spans, each
/// with its end.
///
/// @param texts one for each prompt
/// @param mostWords of a span
/// @param mayBeEmpty whether an answer may be that there is none
/// @param statesFrom give the hidden states of each prompt too, of each token from this one on; [#NO_STATES] for
/// none
/// @param treeTokens of the spans that are read side by side, and of the longest one
/// @param listener is told each answer once, as a whole
/// @param salt see [Wanted]
public record Extracting(
        List<String> texts,
        int mostWords,
        boolean mayBeEmpty,
        PromptFormat format,
        int treeTokens,
        int statesFrom,
        AnswerListener listener,
        String salt)
        implements Wanted {

    /// Words of a span, at most.
    public static final int MOST_WORDS = 32;

    /// Words that a span may have whatever the examples have.
    private static final int USUAL_WORDS = 8;

    public Extracting {
        texts = List.copyOf(texts);
    }

    /// Spans may be twice as long as the longest of a task's examples.
    ///
    /// @param examples outputs of the task
    /// @param contextTokens of the context that reads them
    public static Extracting of(
            List<String> texts,
            List<String> examples,
            PromptFormat format,
            int contextTokens,
            AnswerListener listener,
            String salt) {
        var longest = examples.stream()
                .mapToInt(example -> Words.of(example).size())
                .max()
                .orElse(MOST_WORDS);
        var most = Math.clamp(2L * longest, USUAL_WORDS, MOST_WORDS);
        return new Extracting(
                texts,
                most,
                examples.contains(""),
                format,
                Labels.treeTokens(contextTokens),
                NO_STATES,
                listener,
                salt);
    }

    /// The spans of a prompt's text.
    Spans spans(int prompt) {
        return new Spans(Words.of(texts.get(prompt)), mostWords, mayBeEmpty, format, treeTokens);
    }

    @Override
    public Extracting unheard() {
        return new Extracting(texts, mostWords, mayBeEmpty, format, treeTokens, statesFrom, AnswerListener.NONE, salt);
    }

    @Override
    public Extracting of(List<Integer> prompts) {
        var some = prompts.stream().map(texts::get).toList();
        return new Extracting(some, mostWords, mayBeEmpty, format, treeTokens, statesFrom, listener, salt);
    }

    /// The same with the hidden states of each prompt.
    ///
    /// @param token from which on they are taken
    public Extracting withStates(int token) {
        return new Extracting(texts, mostWords, mayBeEmpty, format, treeTokens, token, listener, salt);
    }

    @Override
    public int mostTokens() {
        return treeTokens;
    }

    /// The pieces of one text of which an answer is one: each goes from a word to a word. They are labels whose end is
    /// scored too. Only those are that begin with a likely token: in "a table for two at noon" the answer after a
    /// prompt for the time hardly begins with "table", so no span from there on is read.
    static final class Spans {

        /// Branches that a tree of them takes: fewer than labels do, so that several texts are read side by side.
        static final int BRANCHES = 8;

        /// Words that one begins with, at most.
        private static final int MOST_STARTS = 64;
        /// A first token that is less likely than the likeliest by such a factor, as a logarithm, begins no span.
        private static final double FAR = 8;
        /// Characters that a first token is told by.
        private static final int BEGINNING = 32;
        /// Characters of all spans of a text: so many are cut into tokens in some hundredths of a second.
        private static final int MOST_CHARACTERS = 1 << 17;

        private final Words words;
        private final int mostWords;
        private final boolean mayBeEmpty;
        private final PromptFormat format;
        private final int treeTokens;
        /// The token that a span from each word on begins with; last, the one that an empty answer is.
        private final int[] beginnings;

        /// @param mostWords of a span
        /// @param mayBeEmpty whether the answer may be that there is none
        /// @param treeTokens of a tree at most; a span of more is none
        Spans(Words words, int mostWords, boolean mayBeEmpty, PromptFormat format, int treeTokens) {
            this.words = words;
            this.mostWords = mostWords;
            this.mayBeEmpty = mayBeEmpty;
            this.format = format;
            this.treeTokens = treeTokens;
            this.beginnings = IntStream.rangeClosed(0, words.size())
                    .map(word -> word < words.size() ? format.answer(beginning(word))[0] : format.endOfTurn())
                    .toArray();
        }

        private String beginning(int word) {
            var span = words.span(word, last(word));
            return span.length() <= BEGINNING ? span : span.substring(0, BEGINNING);
        }

        private int last(int word) {
            return Math.min(word + mostWords, words.size()) - 1;
        }

        /// Tokens that an answer may begin with.
        int[] beginnings() {
            return beginnings;
        }

        /// Those that are read: of the likeliest first words first, as many as have [#MOST_CHARACTERS] together.
        ///
        /// @param logprobs of [#beginnings]
        Labels likely(double[] logprobs) {
            var most = Arrays.stream(logprobs, 0, mayBeEmpty ? logprobs.length : words.size())
                    .max()
                    .orElse(0);
            var starts = IntStream.range(0, words.size())
                    .filter(word -> logprobs[word] >= most - FAR)
                    .boxed()
                    .sorted(Comparator.comparingDouble(word -> -logprobs[word]))
                    .limit(MOST_STARTS)
                    .toList();
            var texts = new ArrayList<String>();
            var tokens = new ArrayList<int[]>();
            var seen = new HashSet<String>();
            var known = new HashSet<List<Integer>>();
            var room = MOST_CHARACTERS;
            for (int first : starts) {
                for (var last = first; last <= last(first); last++) {
                    var length = words.end(last) - words.start(first);
                    if (length > room) {
                        break;
                    }
                    room -= length;
                    var span = words.span(first, last);
                    if (!seen.add(span)) {
                        continue;
                    }
                    var of = format.answer(span);
                    if (of.length > treeTokens) {
                        break;
                    }
                    if (of.length > 1
                            && !Labels.endsEarly(of)
                            && known.add(Arrays.stream(of).boxed().toList())) {
                        texts.add(span);
                        tokens.add(of);
                    }
                }
            }
            if (mayBeEmpty || texts.isEmpty()) {
                texts.add("");
                tokens.add(format.answer(""));
            }
            return Labels.withEnds(texts, tokens, BRANCHES, treeTokens);
        }
    }
}
