package dev.icmlora.function.service;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import io.micrometer.core.instrument.Timer;

import dev.icmlora.engine.worker.Delta;

/// Measures how long a request waits until the first of its texts begins: in the queue, for its adapter and while the
/// prompt is read. A text that ends without a token counts nothing.
final class FirstToken implements TextListener {

    private final TextListener listener;
    private final Timer timer;
    private final long start = System.nanoTime();
    private final AtomicBoolean began = new AtomicBoolean();

    FirstToken(TextListener listener, Timer timer) {
        this.listener = listener;
        this.timer = timer;
    }

    @Override
    public void begins(String model) {
        listener.begins(model);
    }

    @Override
    public void wrote(int choice, Delta delta) {
        if (began.compareAndSet(false, true)) {
            timer.record(System.nanoTime() - start, TimeUnit.NANOSECONDS);
        }
        listener.wrote(choice, delta);
    }
}
