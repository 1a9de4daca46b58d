package dev.icmlora.cli.function;

import java.io.Console;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

import com.google.gson.JsonObject;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/// How far a tuning is, for a person at a terminal; files and other programs get nothing of it. The bar goes where the
/// answers go, since of the standard error nobody says whether it is a terminal.
final class TuningBar implements Consumer<JsonObject>, AutoCloseable {
    private static final int REFRESH_MILLIS = 100;
    private static final int PERCENT = 100;

    private Optional<ProgressBar> bar = Optional.empty();

    /// @param progress the function's words: `step`, `steps`, `loss` and `done`
    @Override
    public void accept(JsonObject progress) {
        if (bar.isEmpty()) {
            bar = onTerminal();
        }
        String loss = progress.has("loss")
                ? String.format(Locale.ROOT, ", loss %.4f", progress.get("loss").getAsDouble())
                : "";
        String steps = "step " + progress.get("step").getAsInt() + "/"
                + progress.get("steps").getAsInt();
        long done = Math.round(PERCENT * progress.get("done").getAsDouble());
        bar.ifPresent(shown -> shown.stepTo(done).setExtraMessage(steps + loss));
    }

    private static Optional<ProgressBar> onTerminal() {
        return Optional.ofNullable(System.console())
                .filter(Console::isTerminal)
                .map(_ -> new ProgressBarBuilder()
                        .setTaskName("tuning")
                        .setInitialMax(PERCENT)
                        .setUpdateIntervalMillis(REFRESH_MILLIS)
                        .setConsumer(new ConsoleProgressBarConsumer(System.out))
                        .build());
    }

    @Override
    public void close() {
        bar.ifPresent(ProgressBar::close);
    }
}
