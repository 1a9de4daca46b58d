package dev.icmlora.engine.scoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.scoring.PromptTree.Node;

class PromptTreeTest {
    @Test
    void whatSequencesBeginWithStandsOnce() {
        PromptTree tree = new PromptTree(List.of(new int[] {1, 2, 3}, new int[] {1, 2, 4, 5}, new int[] {1, 2}));

        assertThat(tree.nodes()).extracting(Node::token).containsExactly(1, 2, 3, 4, 5);
        assertThat(tree.nodes()).extracting(Node::position).containsExactly(0, 1, 2, 2, 3);
        assertThat(tree.nodes().get(1).members()).containsExactly(0, 1, 2);
        assertThat(tree.nodes().get(4).members()).containsExactly(1);
        assertThat(tree.node(2, 1)).isEqualTo(1);
        assertThat(tree.node(1, 3)).isEqualTo(4);
    }

    @Test
    void noSequencesAreAnEmptyTree() {
        assertThat(new PromptTree(List.of()).nodes()).isEmpty();
    }

    @Test
    void everySequenceCanBeReadOffItsNodes() {
        SplittableRandom random = new SplittableRandom(5);
        for (int round = 0; round < 200; round++) {
            List<int[]> sequences = Stream.generate(
                            () -> random.ints(random.nextInt(1, 9), 0, 3).toArray())
                    .limit(random.nextInt(1, 8))
                    .toList();

            PromptTree tree = new PromptTree(sequences);

            for (int s = 0; s < sequences.size(); s++) {
                int sequence = s;
                List<Node> own = tree.nodes().stream()
                        .filter(node -> Arrays.stream(node.members()).anyMatch(member -> member == sequence))
                        .toList();
                assertThat(own.stream().mapToInt(Node::token).toArray()).isEqualTo(sequences.get(s));
                assertThat(own.stream().mapToInt(Node::position).toArray())
                        .isEqualTo(IntStream.range(0, own.size()).toArray());
                for (int position = 0; position < own.size(); position++) {
                    assertThat(tree.nodes().get(tree.node(s, position))).isSameAs(own.get(position));
                }
            }
            assertThat(tree.nodes()).hasSize(beginnings(sequences).size());
        }
    }

    private static Set<List<Integer>> beginnings(List<int[]> sequences) {
        Set<List<Integer>> beginnings = new HashSet<>();
        for (int[] sequence : sequences) {
            for (int length = 1; length <= sequence.length; length++) {
                beginnings.add(Arrays.stream(sequence).limit(length).boxed().toList());
            }
        }
        return beginnings;
    }
}
