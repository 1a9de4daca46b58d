package dev.icmlora.bench;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import dev.icmlora.bench.Client.Written;

/// Several clients that ask at the same time.
final class Crowd {

    private Crowd() {}

    /// @param tokensPerSecond of all together, from the first request to the last token
    /// @param firstMillis mean time to the first text
    record Result(double tokensPerSecond, double firstMillis) {}

    /// @param request what client number `i` asks
    static Result ask(int clients, IntFunction<Written> request) {
        var start = System.nanoTime();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var asked = IntStream.range(0, clients)
                    .mapToObj(i -> threads.submit((Callable<Written>) () -> request.apply(i)))
                    .toList();
            var tokens = 0;
            var first = 0.0;
            for (var answer : asked) {
                var written = answer.get();
                tokens += written.tokens();
                first += written.firstMillis();
            }
            var seconds = (System.nanoTime() - start) / 1e9;
            return new Result(tokens / seconds, first / clients);
        } catch (ExecutionException e) {
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
