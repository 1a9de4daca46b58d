package dev.icmlora.trainer.curriculum;

import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/// One of the parts that work is divided into. The parts need not know of each other: together they are
/// the whole.
///
/// @param index 0 to `count - 1`
/// @param count parts in all
public record Shard(int index, int count) {
    public static final Shard WHOLE = new Shard(0, 1);

    private static final Pattern FORM = Pattern.compile("(\\d{1,9})/(\\d{1,9})");

    public Shard {
        if (count < 1 || index < 0 || index >= count) {
            throw new IllegalArgumentException("a shard is I/N with I from 0 to N-1, not " + index + "/" + count);
        }
    }

    /// @param text such as `0/4`
    public static Shard parse(String text) {
        Matcher form = FORM.matcher(text);
        if (!form.matches()) {
            throw new IllegalArgumentException("a shard is I/N with I from 0 to N-1, not \"" + text + "\"");
        }
        return new Shard(Integer.parseInt(form.group(1)), Integer.parseInt(form.group(2)));
    }

    /// The part that a platform gave to this process: Cloud Run jobs set `CLOUD_RUN_TASK_INDEX` and
    /// `CLOUD_RUN_TASK_COUNT`; Kubernetes' indexed jobs set `JOB_COMPLETION_INDEX`, and the manifest has
    /// to say `JOB_COMPLETION_COUNT`. The whole where neither did.
    public static Shard of(Map<String, String> environment) {
        for (String platform : List.of("CLOUD_RUN_TASK", "JOB_COMPLETION")) {
            String index = environment.get(platform + "_INDEX");
            String count = environment.get(platform + "_COUNT");
            if (index != null && count == null) {
                throw new IllegalArgumentException(platform + "_INDEX is " + index + ", but there is no " + platform
                        + "_COUNT: which part of how many?");
            }
            if (index != null) {
                return parse(index + "/" + count);
            }
        }
        return WHOLE;
    }

    /// Every `count`-th element from the `index`-th on, so that neighbours, which tend to cost the same,
    /// go to different parts.
    public <T> List<T> of(List<T> all) {
        return IntStream.range(0, all.size())
                .filter(i -> i % count == index)
                .mapToObj(all::get)
                .toList();
    }

    @Override
    public String toString() {
        return index + "/" + count;
    }
}
