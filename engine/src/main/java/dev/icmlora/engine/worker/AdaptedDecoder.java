package dev.icmlora.engine.worker;

import java.util.List;
import java.util.Optional;

import dev.icmlora.llama.LlamaContext;

/// Decodes with a context that has a resident adapter, or a bank of them.
public final class AdaptedDecoder extends LlamaDecoder {

    private final AppliedAdapters resident;
    private final int[] slotOfToken;

    /// @param resident of the context
    public AdaptedDecoder(LlamaContext context, AppliedAdapters resident) {
        super(context);
        this.resident = resident;
        this.slotOfToken = new int[batch.capacity()];
    }

    @Override
    public int loraSlots() {
        return resident.loraSlots();
    }

    @Override
    public boolean canShare(ScaledAdapter adapter) {
        return resident.canShare(adapter);
    }

    @Override
    public void use(List<ScaledAdapter> adapter) {
        resident.apply(adapter);
    }

    @Override
    public int add(Optional<ScaledAdapter> adapter, int token, int position, int[] sequences, boolean output) {
        var at = super.add(adapter, token, position, sequences, output);
        slotOfToken[at] = resident.loraSlot(adapter.orElseThrow());
        return at;
    }

    @Override
    public void decode() {
        resident.decode(context, batch, slotOfToken);
    }
}
