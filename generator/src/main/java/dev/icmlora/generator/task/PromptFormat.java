package dev.icmlora.generator.task;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

import dev.icmlora.generator.Sha256;
import dev.icmlora.generator.task.PromptFormat.ChatTemplate.ChatMarkup;
import dev.icmlora.llama.ChatMessage;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.Vocabulary;

/// The one way in which a task becomes tokens: in training, for the fingerprint and when serving.
///
/// Examples and inputs are chat turns in the model's own template, without a default system prompt, or in the plain one
/// of [ChatTemplate]. The first user turn is `description`, an empty line, `input`; later ones are the input alone.
/// Each piece (markup, description, input, answer) is tokenised by itself, so a text has the same tokens wherever it
/// stands and a client's text can never become a control token.
///
/// Instances are immutable and may be shared between threads.
public final class PromptFormat {
    /// Raised whenever the layout above changes: a generator made for another version must not be used.
    public static final int VERSION = 1;

    private final Vocabulary vocabulary;
    private final int[] userStart;
    private final int[] afterDescription;
    private final int[] answerStart;
    private final int[] nextUserStart;
    /// The end of the turn is part of the answer.
    private final int[] afterAnswer;
    private final String fingerprint;

    private PromptFormat(Vocabulary vocabulary, ChatTemplate template) {
        this.vocabulary = vocabulary;
        ChatMarkup markup = ChatMarkup.of(template);
        int[] start = vocabulary.tokenize(markup.userStart(), true);
        this.userStart =
                vocabulary.addsBos() ? concat(new int[] {vocabulary.bos().orElseThrow()}, start) : start;
        // Two line breaks, each by itself: in running text the pre-tokeniser keeps the last one apart.
        int[] lineBreak = vocabulary.tokenize("\n", false);
        this.afterDescription = concat(lineBreak, lineBreak);
        this.answerStart = vocabulary.tokenize(markup.answerStart(), true);
        this.nextUserStart = vocabulary.tokenize(markup.nextUserStart(), true);
        if (nextUserStart.length == 0
                || template != ChatTemplate.PLAIN && !vocabulary.isEndOfGeneration(nextUserStart[0])) {
            throw new IllegalArgumentException(
                    "the model's chat template does not end an answer with an end-of-generation token");
        }
        this.afterAnswer = Arrays.copyOfRange(nextUserStart, 1, nextUserStart.length);
        this.fingerprint = fingerprint(markup);
    }

    /// The format of `model`'s chat template, or of the plain one if it has none.
    ///
    /// @throws IllegalArgumentException when the template cannot carry turns as described above
    public static PromptFormat of(LlamaModel model) {
        return of(model.vocabulary(), ChatTemplate.of(model));
    }

    static PromptFormat of(Vocabulary vocabulary, ChatTemplate template) {
        return new PromptFormat(vocabulary, template);
    }

    /// A prompt that ends where the answer to `input` begins, after the examples if there are any.
    public Prompt query(String description, List<Example> examples, String input) {
        return query(packed(description, examples), input);
    }

    /// The same for inputs that have description and examples in common, which are cut into tokens once.
    ///
    /// @param packed them, as [#packed] gives them
    public Prompt query(Prompt packed, String input) {
        int[] before = beforeQuestion(packed.descriptionEnd, packed.answers);
        int[] question = concat(concat(before, vocabulary.tokenize(input, false)), answerStart);
        return new Prompt(concat(packed.tokens, question), packed.descriptionEnd, packed.answers);
    }

    /// Markup that a user's next text follows, so that a prompt of examples ends with the last answer.
    private int[] beforeQuestion(int descriptionEnd, List<Prompt.Answer> answers) {
        int[] first = descriptionEnd < 0 ? new int[0] : afterDescription;
        return answers.isEmpty() ? first : afterAnswer;
    }

    /// Number of tokens with which every prompt of a description begins before the first input.
    public int opening(String description) {
        Prompt prompt = packed(description, List.of());
        return prompt.tokens.length + beforeQuestion(prompt.descriptionEnd, prompt.answers).length;
    }

    /// Number of tokens of a task as one text.
    public int tokens(Task task) {
        return packed(task.description(), task.examples()).tokens().length;
    }

    /// All examples with their answers; without examples, the opening of the first turn with the description.
    public Prompt packed(String description, List<Example> examples) {
        Builder prompt = new Builder(description);
        examples.forEach(prompt::example);
        return prompt.build();
    }

    /// The tokens that a model should produce for `output`: its text and the end of the turn.
    public int[] answer(String output) {
        int[] text = vocabulary.tokenize(output, false);
        int[] tokens = Arrays.copyOf(text, text.length + 1);
        tokens[text.length] = endOfTurn();
        return tokens;
    }

    /// The text before which an answer ends, where the token that ends it is an ordinary one, as in the plain template.
    public Optional<String> stop() {
        return vocabulary.isEndOfGeneration(endOfTurn())
                ? Optional.empty()
                : Optional.of(vocabulary.detokenize(endOfTurn()));
    }

    /// The token that ends an answer.
    public int endOfTurn() {
        return nextUserStart[0];
    }

    /// Names version and markup; stored in the generator file, which refuses a model that renders turns differently.
    public String fingerprint() {
        return fingerprint;
    }

    private static String fingerprint(ChatMarkup markup) {
        byte[] hash = Sha256.digest().digest(markup.toString().getBytes(StandardCharsets.UTF_8));
        return "v" + VERSION + ":" + HexFormat.of().formatHex(hash, 0, 8);
    }

    private static int[] concat(int[] a, int[] b) {
        int[] both = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, both, a.length, b.length);
        return both;
    }

    /// Collects the tokens of some examples, turn by turn.
    private final class Builder {
        private final List<Prompt.Answer> answers = new ArrayList<>();
        private final int descriptionEnd;
        private int[] tokens = new int[64];
        private int size;

        Builder(String description) {
            append(userStart);
            if (description.isBlank()) {
                descriptionEnd = -1;
            } else {
                append(vocabulary.tokenize(description, false));
                descriptionEnd = size - 1;
            }
        }

        void example(Example example) {
            append(beforeQuestion(descriptionEnd, answers));
            append(vocabulary.tokenize(example.input(), false));
            append(answerStart);
            int from = size;
            append(answer(example.output()));
            answers.add(new Prompt.Answer(from, size));
        }

        private void append(int[] more) {
            if (size + more.length > tokens.length) {
                tokens = Arrays.copyOf(tokens, Math.max(2 * tokens.length, size + more.length));
            }
            System.arraycopy(more, 0, tokens, size, more.length);
            size += more.length;
        }

        Prompt build() {
            return new Prompt(Arrays.copyOf(tokens, size), descriptionEnd, answers);
        }
    }

    /// A tokenised prompt that remembers where its parts are.
    ///
    /// @param tokens token ids, ready for a batch at positions 0, 1, ...
    /// @param descriptionEnd index of the description's last token, -1 when there is no description
    /// @param answers the token range of each answer, in order
    public record Prompt(int[] tokens, int descriptionEnd, List<Answer> answers) {
        public Prompt {
            answers = List.copyOf(answers);
        }

        /// Token range of one answer: `from` is its first token, `to` is one past its end-of-turn token.
        /// The token at `from - 1` is the one that predicts the answer's first token.
        public record Answer(int from, int to) {
            /// Index of the answer's last token before the end of the turn; the end of the turn itself for an empty
            /// answer.
            public int last() {
                return Math.max(from, to - 2);
            }
        }
    }

    /// Renders a chat as a model reads it: by its own template or, for a base model that has none, by a plain one.
    ///
    /// The plain template knows no control token. A blank line ends an answer, as base models know it from running
    /// text:
    ///
    /// ```
    /// question
    /// Answer:
    /// answer
    ///
    /// next question
    /// Answer:
    /// ```
    ///
    /// Usable from any thread.
    public static final class ChatTemplate {
        /// For models without a template.
        static final ChatTemplate PLAIN = new ChatTemplate(ChatTemplate::plain);

        private static final String BEFORE_ANSWER = "\nAnswer:\n";
        private static final String BLANK_LINE = "\n\n";

        private final Function<List<ChatMessage>, String> template;

        private ChatTemplate(Function<List<ChatMessage>, String> template) {
            this.template = template;
        }

        /// The model's own template, or the plain one.
        public static ChatTemplate of(LlamaModel model) {
            return model.chatTemplate().isPresent()
                    ? new ChatTemplate(messages -> model.applyChatTemplate(messages, true))
                    : PLAIN;
        }

        private static String plain(List<ChatMessage> messages) {
            StringBuilder text = new StringBuilder();
            for (ChatMessage message : messages) {
                text.append(
                        switch (message.role()) {
                            case "assistant" -> BEFORE_ANSWER + message.content() + BLANK_LINE;
                            case "system" -> message.content() + BLANK_LINE;
                            default -> message.content();
                        });
            }
            return text.append(BEFORE_ANSWER).toString();
        }

        /// The chat with all markup, up to where the assistant's next message begins.
        ///
        /// @throws dev.icmlora.ggml.NativeCallException if llama.cpp does not know the model's template
        public String render(List<ChatMessage> messages) {
            return template.apply(messages);
        }

        /// The text that a chat template puts around turns, without a default system prompt.
        ///
        /// It is learned from the template itself: two turns of marker words are rendered and the text between
        /// the markers is kept, so any template that renders turns one after another works. The text of this
        /// record, with its name, is what [PromptFormat#fingerprint] hashes.
        ///
        /// @param userStart before the first user text
        /// @param answerStart between a user text and the assistant's answer
        /// @param nextUserStart between an answer and the next user text; begins with the end-of-turn token
        record ChatMarkup(String userStart, String answerStart, String nextUserStart) {
            private static final String FIRST = "FIRSTQUESTION";
            private static final String ANSWER = "FIRSTANSWER";
            private static final String SECOND = "SECONDQUESTION";

            static ChatMarkup of(ChatTemplate template) {
                String rendered = template.render(List.of(
                        new ChatMessage("user", FIRST),
                        new ChatMessage("assistant", ANSWER),
                        new ChatMessage("user", SECOND)));
                int first = rendered.indexOf(FIRST);
                int answer = rendered.indexOf(ANSWER);
                int second = rendered.indexOf(SECOND);
                if (first < 0 || answer < first || second < answer) {
                    throw new IllegalArgumentException(
                            "the model's chat template does not render turns one after another: " + rendered);
                }
                return new ChatMarkup(
                        rendered.substring(0, first),
                        rendered.substring(first + FIRST.length(), answer),
                        rendered.substring(answer + ANSWER.length(), second));
            }
        }
    }
}
