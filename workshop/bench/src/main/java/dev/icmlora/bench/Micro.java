package dev.icmlora.bench;

import static dev.icmlora.bench.Row.text;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/// Measures by JMH what takes milliseconds or less.
final class Micro implements Part {

    @Override
    public List<Row> measure(Machine machine) {
        var millis = run(machine);
        var apply = millis.get("HotApply.overwrite");
        var load = millis.get("HotApply.loadAndSet");
        var one = millis.get("Generation.one");
        var fingerprint = millis.get("Reading.fingerprint");
        var prefill = millis.get("Reading.prefill");
        return List.of(
                Row.atMost("hot-apply of a generated adapter", apply, 1, "ms", ""),
                Row.atLeast(
                        "hot-apply, faster than llama_adapter_lora_init_from_file_ptr and set",
                        load / apply,
                        3,
                        "x",
                        text("%.3f ms against %.3f ms", apply, load)),
                Row.atMost("generate one adapter (decoder)", one, 10, "ms", ""),
                Row.atMost(
                        "fingerprint against llama.cpp's prefill of the same tokens",
                        fingerprint / prefill,
                        1.1,
                        "x",
                        text("%.1f ms against %.1f ms", fingerprint, prefill)));
    }

    /// Median milliseconds of each benchmark, by class and method.
    private static Map<String, Double> run(Machine machine) {
        var options = new OptionsBuilder()
                .include("dev\\.icmlora\\.bench\\.micro\\..*")
                .jvmArgsAppend("--enable-native-access=ALL-UNNAMED", "-Xmx1g")
                .param("threads", Integer.toString(machine.threads()))
                .warmupIterations(2)
                .warmupTime(TimeValue.seconds(1))
                .measurementIterations(Math.max(5, machine.rounds()))
                .measurementTime(TimeValue.seconds(1))
                .forks(1)
                .output(machine.root().resolve("workshop/bench/target/jmh.log").toString())
                .build();
        try {
            var millis = new TreeMap<String, Double>();
            for (RunResult result : new Runner(options).run()) {
                var benchmark = result.getParams().getBenchmark().split("\\.");
                millis.put(
                        benchmark[benchmark.length - 2] + "." + benchmark[benchmark.length - 1],
                        result.getPrimaryResult().getStatistics().getPercentile(50));
            }
            return millis;
        } catch (RunnerException e) {
            throw new IllegalStateException(e);
        }
    }
}
