package dev.icmlora.trainer.loop;

import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;

import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/// Progress of a training run on a terminal or in a log file: share done, time left, step and loss.
final class TrainingDisplay implements AutoCloseable {
    private static final long PARTS = 10_000;
    private static final int WIDTH = 110;

    private final PrintStream out;
    private final ProgressBar bar;

    /// @param progress share that an earlier process did, 0 to 1
    /// @param elapsed seconds that it took
    TrainingDisplay(String name, double progress, double elapsed, PrintStream out) {
        this.out = out;
        this.bar = new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(PARTS)
                .startsFrom(Math.round(progress * PARTS), Duration.ofSeconds(Math.round(elapsed)))
                .setUpdateIntervalMillis(System.console() == null ? 30_000 : 1_000)
                .setConsumer(new ConsoleProgressBarConsumer(out, WIDTH))
                .build();
    }

    void show(double progress, long step, double loss) {
        bar.stepTo(Math.round(progress * PARTS));
        bar.setExtraMessage(String.format(Locale.ROOT, " step %d loss %.4f", step, loss));
    }

    void say(String line) {
        out.println();
        out.println(line);
    }

    @Override
    public void close() {
        bar.close();
    }
}
