package dev.icmlora.trainer.loop;

/// When a run ends, and the learning rate until then: linear warm-up, then half a cosine down to nothing.
///
/// @param rate greatest learning rate
/// @param warmUp steps until it is reached
/// @param steps the run ends after so many steps
/// @param seconds or after so much training time, whichever comes first
/// @param patience or after so many validations in a row that brought nothing better
public record Schedule(float rate, int warmUp, long steps, double seconds, int patience) {

    /// Greatest rate and warm-up of `make train`.
    public static final float RATE = 1e-3f;

    public static final int WARM_UP = 30;

    public Schedule {
        if (!(rate > 0 && steps > 0 && seconds > 0 && patience > 0)) {
            throw new IllegalArgumentException(
                    "--rate, --steps, --minutes and --patience must be above 0; they are %s, %d, %s and %d"
                            .formatted(rate, steps, seconds / 60, patience));
        }
    }

    /// Without early stop.
    public Schedule(float rate, int warmUp, long steps, double seconds) {
        this(rate, warmUp, steps, seconds, Integer.MAX_VALUE);
    }

    /// The state that a run with this schedule is for: one that stops early has gone on beyond its best.
    public TrainingRun.State state() {
        return patience == Integer.MAX_VALUE ? TrainingRun.State.LAST : TrainingRun.State.BEST;
    }

    /// @param step steps done
    /// @param elapsed seconds of training so far, those before a resume included
    public float rate(long step, double elapsed) {
        double warm = Math.min(1, (step + 1.0) / warmUp);
        return (float) (rate * warm * 0.5 * (1 + Math.cos(Math.PI * progress(step, elapsed))));
    }

    boolean isOver(Checkpoint reached) {
        return progress(reached.step(), reached.elapsed()) >= 1 || reached.stale() >= patience;
    }

    /// 0 at the start, 1 at the end.
    double progress(long step, double elapsed) {
        return Math.min(1, Math.max((double) step / steps, elapsed / seconds));
    }
}
