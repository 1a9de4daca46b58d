package dev.icmlora.cli.function;

import java.io.Console;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Consumer;

import com.fasterxml.jackson.databind.JsonNode;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;

/// How far a tuning is, for a person at a terminal; files and other programs get nothing of it. The bar goes where the
/// answers go, since Java does not say of the standard error whether it is a terminal.
final class TuningBar implements Consumer<JsonNode>, AutoCloseable {
    private static final int REFRESH_MILLIS = 100;
    private static final int PERCENT = 100;

    private Optional<ProgressBar> bar = Optional.empty();

    /// @param progress the function's words: `step`, `steps`, `loss` and `done`
    @Override
    public void accept(JsonNode progress) {
        if (bar.isEmpty()) {
            bar = onTerminal();
        }
        String loss = progress.hasNonNull("loss")
                ? String.format(Locale.ROOT, ", loss %.4f", progress.get("loss").asDouble())
                : "";
        String steps = "step " + progress.path("step") + "/" + progress.path("steps");
        long done = Math.round(PERCENT * progress.path("done").asDouble());
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
