package dev.icmlora.function.serving;

import java.util.List;

import dev.icmlora.engine.Engine;
import dev.icmlora.function.error.InvalidRequestException;
import dev.icmlora.function.error.Violation;
import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.adapter.GgufAdapter;
import dev.icmlora.generator.adapter.InvalidAdapterException;
import dev.icmlora.generator.adapter.LowRankUpdate;
import dev.icmlora.generator.adapter.ResidentShape;
import dev.icmlora.generator.adapter.peft.PeftArchive;
import dev.icmlora.generator.adapter.peft.PeftReader;

/// Adapters as files, written and read, and sums of them: all in Java, so that nothing that a client sent
/// reaches C before it has the resident adapter's shape. Any thread may use it.
record AdapterFiles(ResidentShape shape, PeftArchive peft, PeftReader peftReader) {

    /// @param mostBytes of a client's archive, unpacked
    static AdapterFiles of(Engine engine, long mostBytes) {
        var peft = engine.peftModel();
        return new AdapterFiles(engine.adapterShape(), new PeftArchive(peft), new PeftReader(peft, mostBytes));
    }

    /// An adapter for PEFT.
    byte[] peft(Adapter adapter) {
        return peft.of(adapter);
    }

    /// The adapter in a GGUF file or in PEFT's zip, whoever made it.
    ///
    /// @throws InvalidRequestException if it cannot be read, or cannot be hot-applied here
    Adapter read(byte[] file) {
        try {
            return shape.fit(updates(file));
        } catch (InvalidAdapterException e) {
            throw refused(e);
        }
    }

    private List<LowRankUpdate> updates(byte[] file) {
        return PeftReader.isZip(file)
                ? peftReader.read(file)
                : GgufAdapter.read(file, shape.layout().architecture());
    }

    /// The weighted sum of adapters.
    ///
    /// @throws InvalidRequestException if no adapter of the resident one's rank does what the sum does
    Adapter sum(List<Adapter> adapters, float[] weights) {
        try {
            return shape.sum(adapters, weights);
        } catch (InvalidAdapterException e) {
            throw refused(e);
        }
    }

    private static InvalidRequestException refused(InvalidAdapterException e) {
        return new InvalidRequestException(new Violation(e.part(), e.limit(), e.value(), e.getMessage()));
    }
}
