package dev.icmlora.peft;

import java.util.List;
import java.util.function.Consumer;

import jakarta.inject.Singleton;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.AdapterFormat;
import dev.icmlora.generator.adapter.LowRankUpdate;

/// A zip of the two files that PEFT saves and loads.
@Singleton
public final class PeftFormat implements AdapterFormat {

    @Override
    public List<LowRankUpdate> read(
            byte[] file, BaseModel base, long largestBytes, Consumer<LowRankUpdate.Shape> check) {
        return new PeftReader(PeftModel.of(base), largestBytes).read(file, check);
    }

    @Override
    public File file(Adapter adapter, BaseModel base) {
        return new PeftArchive(PeftModel.of(base), adapter);
    }
}
