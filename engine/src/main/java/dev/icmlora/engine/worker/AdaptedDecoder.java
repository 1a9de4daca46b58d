package dev.icmlora.engine.worker;

import java.util.List;
import java.util.Optional;

import dev.icmlora.llama.LlamaContext;

/// Decodes with a context that has a resident adapter, or a bank of them.
public final class AdaptedDecoder extends LlamaDecoder {

    private final Resident resident;
    private final int[] seatOfToken;

    /// @param resident of the context
    public AdaptedDecoder(LlamaContext context, Resident resident) {
        super(context);
        this.resident = resident;
        this.seatOfToken = new int[batch.capacity()];
    }

    @Override
    public int seats() {
        return resident.seats();
    }

    @Override
    public boolean canShare(ScaledAdapter weights) {
        return resident.canShare(weights);
    }

    @Override
    public void use(List<ScaledAdapter> weights) {
        resident.apply(weights);
    }

    @Override
    public int add(Optional<ScaledAdapter> weights, int token, int position, int sequence, boolean output) {
        var at = super.add(weights, token, position, sequence, output);
        seatOfToken[at] = resident.seat(weights.orElseThrow());
        return at;
    }

    @Override
    public void decode() {
        resident.decode(context, batch, seatOfToken);
    }
}
