package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/// Requests at random times, whatever became of the ones before, as clients send them that do not know of each other.
final class OpenLoop {

    private OpenLoop() {}

    /// The outcome of a request.
    ///
    /// @param status 0 if the connection failed
    /// @param sentMillis when it was due, since the start
    /// @param millis from then until the answer was there as a whole: a sender that is late hides nothing
    /// @param lateMillis of these, until it was sent
    record Reply(int status, double sentMillis, double millis, double lateMillis) {

        boolean isAnswered() {
            return status == 200;
        }

        boolean isRefused() {
            return status == 429 || status == 503;
        }
    }

    /// @param length while new requests were sent
    /// @param processors percent of a processor that the clients took; they share them with the function
    record Result(List<Reply> replies, Duration length, double processors) {

        String summary() {
            return text(
                    "%d sent, %d answered, %d refused; the clients took %.0f %% of a processor",
                    replies.size(), answered().count(), refused().count(), processors);
        }

        /// Answers that came while requests were sent.
        double answersPerSecond() {
            var answers = replies.stream()
                    .filter(Reply::isAnswered)
                    .filter(reply -> reply.sentMillis + reply.millis <= length.toMillis())
                    .count();
            return answers / (length.toMillis() / 1000.0);
        }

        Times answered() {
            return times(replies.stream().filter(Reply::isAnswered).toList());
        }

        Times refused() {
            return times(replies.stream().filter(Reply::isRefused).toList());
        }

        /// Neither answered nor refused: late, failed or broken off.
        List<Integer> others() {
            return replies.stream()
                    .filter(reply -> !reply.isAnswered() && !reply.isRefused())
                    .map(Reply::status)
                    .toList();
        }

        /// How late requests were sent: the sender's own part of these times.
        Times late() {
            return times(replies, Reply::lateMillis);
        }

        private static Times times(List<Reply> replies) {
            return times(replies, Reply::millis);
        }

        private static Times times(List<Reply> replies, ToDoubleFunction<Reply> millis) {
            return new Times(replies.stream().mapToDouble(millis).sorted().toArray());
        }
    }

    /// In milliseconds, ascending.
    record Times(double[] millis) {

        int count() {
            return millis.length;
        }

        /// The time within which this share was done; 0 if there was nothing to do.
        double within(double share) {
            return millis.length == 0 ? 0 : millis[(int) (share * (millis.length - 1))];
        }
    }

    /// @param perSecond mean rate of a Poisson process
    /// @param request sends request number `i`, and gives its status
    static Result run(double perSecond, Duration length, IntFunction<CompletableFuture<Integer>> request) {
        var random = new Random(1);
        var processorsBefore = processorSeconds();
        var start = System.nanoTime();
        var sent = new ArrayList<CompletableFuture<Reply>>();
        var due = start;
        while (due - start < length.toNanos()) {
            waitUntil(due);
            var dueAt = due;
            var late = (System.nanoTime() - due) / 1e6;
            sent.add(request.apply(sent.size())
                    .exceptionally(broken -> 0)
                    .thenApply(status ->
                            new Reply(status, (dueAt - start) / 1e6, (System.nanoTime() - dueAt) / 1e6, late)));
            due += (long) (-Math.log(1 - random.nextDouble()) / perSecond * TimeUnit.SECONDS.toNanos(1));
        }
        var replies = sent.stream().map(CompletableFuture::join).toList();
        return new Result(replies, length, 100_000 * (processorSeconds() - processorsBefore) / length.toMillis());
    }

    /// Of this process, so far.
    private static double processorSeconds() {
        return ProcessHandle.current()
                        .info()
                        .totalCpuDuration()
                        .orElse(Duration.ZERO)
                        .toMillis()
                / 1000.0;
    }

    private static void waitUntil(long due) {
        for (var left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
            LockSupport.parkNanos(left);
        }
    }
}
