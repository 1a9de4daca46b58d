package dev.icmlora.function.adapters;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.stream.Stream;

import dev.icmlora.engine.Engine;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.api.Tune;
import dev.icmlora.generator.Sha256;
import dev.icmlora.generator.task.Task;

/// What an adapter is made from, and for whom; equal keys give equal adapters.
///
/// @param task empty where a client brought an adapter and described no task
/// @param strength of the residual: 0 gives B0 itself, 1 the full residual
/// @param steps of tuning on the task's examples; 0 for none
/// @param latent [#MEAN], or the id of the adapter where another latent was chosen or a client brought it
public record AdapterKey(Tenant tenant, Task task, float strength, int steps, String latent) {

    /// The latent at the mean of the prior for the task.
    private static final String MEAN = "mean";

    public AdapterKey(Tenant tenant, Task task, float strength) {
        this(tenant, task, strength, 0, MEAN);
    }

    /// The key of an adapter that a client brought, or mixed from others.
    static AdapterKey given(Tenant tenant, Task task, String id) {
        return new AdapterKey(tenant, task, 1, 0, id);
    }

    /// The key of the adapter that a request to tune asks for. It begins with this one.
    public AdapterKey tuned(Tune tune, Engine engine) {
        return tuned(tune.steps() == null ? engine.tuningOptions(task).steps() : tune.steps());
    }

    /// The key of the adapter that so many steps on the task's examples make of this one.
    AdapterKey tuned(int count) {
        return new AdapterKey(tenant, task, strength, count, latent);
    }

    /// What tuning begins with.
    ///
    /// @param fingerprinted the task as far as its task vector is taken from it
    public AdapterKey untuned(Task fingerprinted) {
        return new AdapterKey(tenant, fingerprinted, strength, 0, latent);
    }

    /// B0 itself, for the same task.
    public AdapterKey shared() {
        return new AdapterKey(tenant, task, 0);
    }

    /// The key of one that was tuned for less time than its steps take, and so cannot be made again.
    AdapterKey cutShort(int taken, String id) {
        return new AdapterKey(tenant, task, strength, taken, id);
    }

    /// Equal for equal keys only, and short however long the task is.
    String digest() {
        var digest = Sha256.digest();
        var texts = Stream.concat(
                Stream.of(tenant.id(), latent, task.description()),
                task.examples().stream().flatMap(example -> Stream.of(example.input(), example.output())));
        texts.map(text -> text.getBytes(UTF_8)).forEach(bytes -> {
            // With its length, so that no text of one field looks like two.
            digest.update(
                    ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
            digest.update(bytes);
        });
        digest.update(ByteBuffer.allocate(2 * Integer.BYTES)
                .putFloat(strength)
                .putInt(steps)
                .flip());
        return HexFormat.of().formatHex(digest.digest());
    }

    public boolean isTuned() {
        return steps > 0;
    }

    /// Whether it was tuned, but not for as many steps as were wanted.
    public boolean isCutShort() {
        return isTuned() && !isRepeatable();
    }

    /// Whether it is of the generated adapter, tuned for as many steps as where a request names none.
    boolean isTunedAsUsual(Engine engine) {
        return strength == 1 && steps == engine.tuningOptions(task).steps() && !isCutShort();
    }

    /// Whether task, strength and steps are all that it takes to make the adapter again.
    boolean isRepeatable() {
        return latent.equals(MEAN);
    }

    /// Whether the adapter is B0 itself, which belongs to no task in particular.
    public boolean isShared() {
        return strength == 0 && !isTuned();
    }
}
