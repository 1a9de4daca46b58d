package dev.icmlora.learning;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.function.service.FunctionObserver.Answered;
import dev.icmlora.learning.LearningStore.Reply;
import dev.icmlora.learning.Unsure.Doubt;

class UnsureTest {

    private static final int INPUTS = 256;

    private final AtomicInteger read = new AtomicInteger();

    /// Replies of so many inputs each, no two of which are equal.
    private Stream<Reply> replies() {
        return IntStream.range(0, Unsure.LOOKED_AT).mapToObj(reply -> {
            read.incrementAndGet();
            return reply(IntStream.range(0, INPUTS)
                    .mapToObj(i -> "input %d of reply %d".formatted(i, reply))
                    .toList());
        });
    }

    private static Reply reply(List<String> inputs) {
        var answers = inputs.stream()
                .map(input -> new Answered(input, "output", null))
                .toList();
        return new Reply(Stamp.now(), new KeptAnswers(1, answers));
    }

    @Test
    void noMoreInputsAreHeldThanAreComparedAndNoMoreRepliesReadThanHoldThem() {
        assertThat(Unsure.doubts(replies(), Set.of())).hasSize(Unsure.COMPARED);
        assertThat(read).hasValue(Math.ceilDiv(Unsure.COMPARED, INPUTS));
    }

    /// Of two texts without a letter or digit, the share of common words is none of none.
    @Test
    void inputsWithoutWordsComeInTheirTurn() {
        var answers = List.of(new Answered("???", "output", 0.9), new Answered("a pie", "output", 0.5));
        var doubts = Unsure.doubts(Stream.of(new Reply(Stamp.now(), new KeptAnswers(1, answers))), Set.of());

        assertThat(Unsure.picked(doubts, List.of("!!!")))
                .extracting(Doubt::input)
                .containsExactly("a pie", "???");
    }

    @Test
    void anInputCountsOnceUnlessItIsKnownOrTooLongToBeCorrected() {
        var replies = Stream.of(reply(List.of("a", "b", "a", "x".repeat(2001))), reply(List.of("b", "c", "d")));

        assertThat(Unsure.doubts(replies, Set.of(Hash.of("c")))).hasSize(3);
    }
}
