package dev.icmlora.tasks.recipe;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;

/// The values that a task asks about.
///
/// @param <T> what one value is
@FunctionalInterface
public interface Domain<T> {

    /// The values in an order drawn from `random`. The stream may be endless and may repeat values.
    Stream<T> values(RandomGenerator random);

    /// Every one of `values`, once.
    static <T> Domain<T> of(Collection<T> values) {
        List<T> fixed = List.copyOf(values);
        return random -> {
            List<T> shuffled = new ArrayList<>(fixed);
            Collections.shuffle(shuffled, random);
            return shuffled.stream();
        };
    }

    /// The whole numbers from `first` to `last`, both included, once each.
    static Domain<Integer> range(int first, int last) {
        return of(Stream.iterate(first, i -> i <= last, i -> i + 1).toList());
    }

    /// An endless stream of values that `draw` makes.
    static <T> Domain<T> drawn(Function<RandomGenerator, T> draw) {
        return random -> Stream.generate(() -> draw.apply(random));
    }

    default <R> Domain<R> map(Function<? super T, ? extends R> mapping) {
        return random -> values(random).map(mapping);
    }

    default <R> Domain<R> flatMap(Function<? super T, ? extends Collection<? extends R>> mapping) {
        return random -> values(random).flatMap(value -> mapping.apply(value).stream());
    }

    default Domain<T> filter(Predicate<? super T> condition) {
        return random -> values(random).filter(condition);
    }

    /// One element of `values`.
    static <T> T pick(RandomGenerator random, List<T> values) {
        return values.get(random.nextInt(values.size()));
    }

    /// `count` different elements of `values` in random order.
    static <T> List<T> pick(RandomGenerator random, List<T> values, int count) {
        if (count > values.size()) {
            throw new IllegalArgumentException(count + " different elements of " + values.size());
        }
        List<T> picked = new ArrayList<>(count);
        while (picked.size() < count) {
            T value = pick(random, values);
            if (!picked.contains(value)) {
                picked.add(value);
            }
        }
        return picked;
    }
}
