package dev.icmlora.engine.tune;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import dev.icmlora.engine.tune.BlockTree.Block;
import dev.icmlora.engine.tune.BlockTree.Pass;
import dev.icmlora.engine.tune.BlockTree.Visit;
import dev.icmlora.engine.tune.TuningState.Adam;

/// What needs no model.
class TuningPartsTest {
    /// They begin with three tokens, end with two that are their own, and answer with the last.
    private static List<ExampleTokens> examples(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> new ExampleTokens(i, new int[] {1, 2, 3, 10 + i, 100 + i, 7}, 5, 1))
                .toList();
    }

    @Test
    void theFirstStepOfAdamIsAsLongAsTheRate() {
        float[] weights = {1, 1, 1};
        Adam adam = new Adam(List.of(weights), List.of(), 0.9f, 0.95f);
        adam.step(List.of(new float[] {5, -0.01f, 0}), 0.1f);
        assertThat(weights).containsExactly(new float[] {0.9f, 1.1f, 1}, within(1e-5f));
        adam.step(List.of(new float[] {5, 0.01f, 0}), 0.1f);
        assertThat(weights[0]).isCloseTo(0.8f, within(1e-5f));
        assertThat(weights[1]).isCloseTo(1.1f, within(0.01f));
    }

    @Test
    void aMatrixIsTunedAtItsOwnRate() {
        float[] slow = {1};
        float[] fast = {1};
        Adam adam = new Adam(List.of(slow, fast), List.of(0.5f, 3f), 0.9f, 0.95f);
        adam.step(List.of(new float[] {5}, new float[] {5}), 0.1f);
        assertThat(slow[0]).isCloseTo(0.95f, within(1e-5f));
        assertThat(fast[0]).isCloseTo(0.7f, within(1e-5f));
    }

    @Test
    void whatIsSharedIsThereOnceAndABlockIsNoLongerThanItMayBe() {
        BlockTree tree = new BlockTree(examples(5), 4);
        assertThat(tree.depth()).isEqualTo(3);
        assertThat(root(tree).after()).extracting(Block::size).containsExactly(4, 4, 2);
        assertThat(tree.visits(Pass.GRADIENTS))
                .extracting(Visit::block)
                .startsWith(root(tree))
                .hasSize(4);
    }

    @Test
    void ofALongExampleTheLastBlockIsFull() {
        ExampleTokens shared = new ExampleTokens(0, new int[] {1, 2, 3, 9, 7}, 4, 1);
        ExampleTokens longer = new ExampleTokens(1, new int[] {1, 2, 3, 10, 11, 12, 13, 14, 15, 7}, 9, 1);
        Block rest = root(new BlockTree(List.of(shared, longer), 4)).after().getLast();
        assertThat(rest.size()).isEqualTo(2);
        assertThat(rest.predictions()).isEmpty();
        assertThat(rest.after()).extracting(Block::size).containsExactly(4);
    }

    @Test
    void someTokensOfABlockSeeWhatTheySawAmongAll() {
        Block branch = root(new BlockTree(examples(2), 100)).after().getFirst();
        assertThat(branch.predicting()).containsExactly(1, 3);
        float[] all = branch.mask(branch.reach());
        assertThat(branch.mask(branch.reach(), branch.predicting()))
                .startsWith(Arrays.copyOfRange(all, 16, 32))
                .endsWith(Arrays.copyOfRange(all, 48, 64));
    }

    @Test
    void aTokenSeesItsOwnBranch() {
        Block branch = root(new BlockTree(examples(2), 100)).after().getFirst();
        assertThat(branch.places()).isEqualTo(16);
        float[] mask = branch.mask(branch.reach());
        float not = Float.NEGATIVE_INFINITY;
        assertThat(mask).startsWith(0, 0, 0, 0, not, not, not, not);
        assertThat(IntStream.range(0, 8).mapToObj(i -> mask[3 * 16 + i]))
                .containsExactly(0f, 0f, 0f, not, not, 0f, 0f, not);
    }

    @Test
    void aTokenSeesNoFurtherThanItsWindow() {
        Block trunk = root(new BlockTree(examples(2), 100));
        Block branch = trunk.after().getFirst();
        assertThat(trunk.reach()).isEqualTo(3);
        assertThat(branch.reach()).isEqualTo(5);
        float[] mask = branch.mask(3);
        float not = Float.NEGATIVE_INFINITY;
        assertThat(IntStream.range(0, 8).mapToObj(i -> mask[2 * 16 + i]))
                .containsExactly(not, 0f, 0f, not, not, 0f, not, not);
        assertThat(IntStream.range(0, 8).mapToObj(i -> mask[3 * 16 + i]))
                .containsExactly(not, not, 0f, not, not, 0f, 0f, not);
        assertThat(trunk.mask(1)).startsWith(0, not, not);
        assertThat(trunk.mask(1)[2 * 16 + 2]).isZero();
        assertThat(trunk.mask(1)[2 * 16 + 1]).isEqualTo(not);
    }

    @Test
    void batchesAreOfEqualSize() {
        List<BlockTree> all = BlockTree.ofSteps(examples(17), TuningOptions.forExamples(17), 100);
        assertThat(all.stream().distinct())
                .extracting(tree -> tree.examples().size())
                .containsExactly(4, 4, 4, 5);
        assertThat(all.get(5)).isSameAs(all.get(1));
    }

    /// Fewer than eight are not divided, and steps of many examples take more of them, so that half are seen twice.
    @Test
    void aStepTakesFourExamplesOrSomeMore() {
        assertThat(sizes(TuningOptions.forExamples(7), 7)).containsExactly(7);
        assertThat(sizes(TuningOptions.forExamples(10), 10)).containsExactly(5, 5);
        assertThat(sizes(TuningOptions.forExamples(32), 32)).hasSize(8).containsOnly(4);
        assertThat(sizes(TuningOptions.forExamples(64), 64)).hasSize(8).containsOnly(8);
        assertThat(sizes(TuningOptions.forExamples(96), 96)).hasSize(12).containsOnly(8);
        assertThat(sizes(TuningOptions.fromNothing(), 17)).containsExactly(5, 6, 6);
    }

    private static List<Integer> sizes(TuningOptions options, int count) {
        return BlockTree.ofSteps(examples(count), options, 100).stream()
                .distinct()
                .map(tree -> tree.examples().size())
                .toList();
    }

    @Test
    void fewStepsOnManyExamplesAreSpreadOverAllOfThem() {
        List<BlockTree> many =
                BlockTree.ofSteps(examples(100), TuningOptions.forExamples(100).withSteps(3), 100);

        List<Integer> seen =
                many.stream().flatMap(tree -> tree.examples().stream()).toList();

        assertThat(seen)
                .hasSizeBetween(20, 27)
                .doesNotHaveDuplicates()
                .contains(0)
                .anyMatch(each -> each > 60);
    }

    /// Only what steps come to is cut into blocks.
    @Test
    void manyLongExamplesTakeLittleMemory() {
        List<ExampleTokens> examples = IntStream.range(0, 1023)
                .mapToObj(i -> new ExampleTokens(
                        i, IntStream.range(0, 1000).map(k -> 1000 * i + k).toArray(), 500, 1))
                .toList();
        long before = usedBytes();
        List<BlockTree> trees = BlockTree.ofSteps(examples, TuningOptions.forExamples(1023), Tuning.BLOCK_TOKENS);
        long taken = usedBytes() - before;

        assertThat(trees).hasSize(12).doesNotHaveDuplicates();
        assertThat(taken).isLessThan(32L << 20);
    }

    private static long usedBytes() {
        System.gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    private static Block root(BlockTree tree) {
        return tree.visits(Pass.LOSSES).getFirst().block();
    }
}
