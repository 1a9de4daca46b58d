package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.llama.AdapterBank;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.TokenBatch;

/// For debugging: reads a short text with the weights that were written in place, and with the same adapter as
/// llama.cpp loads it from its GGUF file, and compares the logits. It has contexts of its own, so that it needs no
/// room in the memory of those that answer. Belongs to the worker's thread.
public final class AppliedCheck implements AutoCloseable {

    private static final String TEXT = "Adapters change what is said about Paris, 17 knives and the colour of the sea.";

    /// The bank's product is a wide one, which is summed in another order. Other weights differ by tenths and more.
    private static final float BANK_TOLERANCE = 0.05f;

    private final LlamaModel model;
    private final Optional<AdapterBank> bank;
    private final int[] text;
    private final LlamaContext reference;
    private final LlamaContext one;
    private final Optional<LlamaContext> several;
    private final TokenBatch batch;

    /// @param resident that is overwritten in place; borrowed, as the bank is, and to be closed after this
    public AppliedCheck(LlamaModel model, ResidentAdapter resident, Optional<AdapterBank> bank) {
        this.model = model;
        this.bank = bank;
        this.text = model.vocabulary().tokenize(TEXT, false);
        var tokens = text.length;
        var options = ContextOptions.of(256, tokens);
        this.reference = LlamaContext.create(model, options);
        this.one = LlamaContext.create(model, options);
        resident.attach(one, 1);
        this.several = bank.map(wide -> wide.context(options));
        several.ifPresent(context -> bank.orElseThrow().attach(context));
        this.batch = TokenBatch.allocate(tokens, 1);
    }

    /// @param expected what the resident adapter should be
    /// @throws IllegalStateException if a single logit is another
    void one(Adapter expected) {
        begin(one);
        one.decode(batch);
        requireEqual("the resident adapter", expected, logits(one), 0);
    }

    /// @param expected what the bank's adapter of this LoRA slot should be
    /// @throws IllegalStateException if a logit is farther off than rounding explains
    void several(int slot, Adapter expected) {
        var context = several.orElseThrow();
        begin(context);
        var loraSlots = new int[text.length];
        Arrays.fill(loraSlots, slot);
        bank.orElseThrow().decode(context, batch, loraSlots);
        requireEqual("LoRA slot " + slot + " of the bank", expected, logits(context), BANK_TOLERANCE);
    }

    private void requireEqual(String what, Adapter expected, List<float[]> actual, float tolerance) {
        List<float[]> wanted;
        try (var loaded = LoraAdapter.load(model, expected.gguf())) {
            loaded.attach(reference, 1);
            begin(reference);
            reference.decode(batch);
            wanted = logits(reference);
            reference.detachAll();
        }
        for (var position = 0; position < text.length; position++) {
            var difference = distance(wanted.get(position), actual.get(position));
            if (!(difference <= tolerance)) {
                throw new IllegalStateException(
                        "%s is not adapter %s: at position %d logits differ by up to %s, more than %s from those of its GGUF file"
                                .formatted(what, expected.id(), position, difference, tolerance));
            }
        }
    }

    private void begin(LlamaContext context) {
        context.clearMemory();
        batch.clear();
        for (var position = 0; position < text.length; position++) {
            batch.add(text[position], position, 0, true);
        }
    }

    private List<float[]> logits(LlamaContext context) {
        return IntStream.range(0, text.length).mapToObj(context::logits).toList();
    }

    /// NaN if one of them holds it.
    private static float distance(float[] a, float[] b) {
        var most = 0f;
        for (var i = 0; i < a.length; i++) {
            most = Math.max(most, Math.abs(a[i] - b[i]));
        }
        return most;
    }

    @Override
    public void close() {
        batch.close();
        several.ifPresent(LlamaContext::close);
        one.close();
        reference.close();
    }
}
