package dev.icmlora.engine;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

import dev.icmlora.engine.request.EngineClosedException;
import dev.icmlora.engine.request.UnusableInputException;
import dev.icmlora.engine.tune.FrozenWeights;
import dev.icmlora.engine.tune.Tuner;
import dev.icmlora.engine.tune.Tuning;
import dev.icmlora.engine.tune.UnsupportedBaseModelException;
import dev.icmlora.engine.worker.ThreadShare;
import dev.icmlora.engine.worker.Worker;
import dev.icmlora.ggml.Backend;
import dev.icmlora.ggml.NativeException;

/// Opens a tuner for each worker, and transposes the base model's weights for all of them, when they are first asked
/// for. Thread-safe; a tuner belongs to its worker's thread.
final class Tuners implements AutoCloseable {

    private final LoadedModel model;
    private final List<Float> rates;
    private final EngineOptions options;
    private final ThreadShare share;
    private final NativeHandles handles = new NativeHandles();
    private final Map<Worker, Tuner> tuners = new ConcurrentHashMap<>();
    /// How many bytes each had after its last slice.
    private final Map<Tuning, Long> running = new ConcurrentHashMap<>();
    /// Both are written under this object's lock, which the first tuning holds while it transposes the model; who
    /// only reads them does not wait for it.
    private volatile FrozenWeights weights;

    private volatile String refusal;
    private boolean closed;

    /// @param rates of each matrix B, that the generator learned
    /// @param share of the processors that a worker has
    Tuners(LoadedModel model, List<Float> rates, EngineOptions options, ThreadShare share) {
        this.model = model;
        this.rates = rates;
        this.options = options;
        this.share = share;
        this.refusal = options.tuning()
                ? FrozenWeights.refusal(model.model()).orElse(null)
                : "tuning is off (ICM_LORA_TUNING)";
    }

    /// Why nothing can be tuned; empty if it can, as far as is known.
    Optional<String> refusal() {
        return Optional.ofNullable(refusal);
    }

    /// Bytes of the transposed weights, and of what the tunings that run compute in; 0 as long as nothing was tuned.
    long bytes() {
        var ofRunning = running.values().stream().mapToLong(Long::longValue).sum();
        var transposed = weights;
        return ofRunning + (transposed == null ? 0 : transposed.bytes());
    }

    /// Computes the next slice; on the thread of the tuning's worker.
    void advance(Tuning tuning) {
        tuning.threads(share.each());
        tuning.advance();
        running.put(tuning, tuning.bytes());
    }

    /// Closes a tuning, whether it is done or not.
    void end(Tuning tuning) {
        running.remove(tuning);
        tuning.close();
    }

    /// The tuner of a worker. The first call takes about a second for 100 million weights, so the caller should not be
    /// a worker's thread.
    ///
    /// @throws UnusableInputException if nothing can be tuned; its message says why
    /// @throws EngineClosedException once it is closed: what it opened then would have no owner
    synchronized Tuner of(Worker worker) {
        if (closed) {
            throw new EngineClosedException();
        }
        if (refusal != null) {
            throw new UnusableInputException("mode", null, "tuned", refusal);
        }
        return tuners.computeIfAbsent(worker, _ -> open());
    }

    private Tuner open() {
        var backend = handles.own(Backend.best(options.threadCount()));
        if (weights == null) {
            weights = handles.own(transposed(backend));
        }
        return new Tuner(weights, model.format(), backend, options.contextTokens(), rates);
    }

    private FrozenWeights transposed(Backend backend) {
        try {
            return FrozenWeights.of(model.model(), backend);
        } catch (UnsupportedBaseModelException e) {
            refusal = e.getMessage();
        } catch (NativeException | OutOfMemoryError e) {
            refusal = "there is no memory for the transposed weights that tuning needs: " + e.getMessage();
        } catch (ArithmeticException e) {
            refusal = "one of its matrices has more than 2 GiB";
        }
        throw new UnusableInputException("mode", null, "tuned", refusal);
    }

    @Override
    public synchronized void close() {
        closed = true;
        handles.close();
    }
}
