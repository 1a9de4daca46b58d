package dev.icmlora.bench;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntFunction;
import java.util.stream.IntStream;

import dev.icmlora.bench.Client.Written;

/// Several clients that ask at the same time.
final class Crowd {

    private Crowd() {}

    /// @param tokensPerSecond of all together, from the first request to the last token
    /// @param firstMillis mean time to the first text
    record Result(double tokensPerSecond, double firstMillis) {}

    /// Clients that have the base model decode, each time all of them another prompt.
    static Repeatedly decoding(int clients, Client client) {
        var round = new AtomicInteger();
        return Repeatedly.start(() -> {
            var first = 10_000 * round.incrementAndGet();
            ask(clients, i -> client.write(Tasks.prompt(first + i), 64, NewTask.base(client)));
        });
    }

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
