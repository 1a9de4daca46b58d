package dev.icmlora.engine.worker;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.llama.AdapterBank;
import dev.icmlora.llama.ContextOptions;
import dev.icmlora.llama.LlamaContext;
import dev.icmlora.llama.LlamaModel;
import dev.icmlora.llama.LoraAdapter;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.llama.ResidentAdapter;
import dev.icmlora.llama.TokenBatch;

/// Gives the adapted context of a worker its adapter: one that is overwritten in place, or, while several are asked
/// for at the same time, a bank of them, in which each token of a batch has its own. One alone is quicker. Only
/// weights that differ from those in place are written. Belongs to the worker's thread.
public final class AppliedAdapters {

    private final LlamaContext context;
    private final ResidentAdapter one;
    private final Optional<AdapterBank> bank;
    private final Optional<AppliedCheck> check;
    private final ScaledAdapter[] slots;
    private boolean several;
    /// The A of the bank.
    private final List<NamedTensor> common;

    private Adapter applied;
    /// The A that it has; empty while that is not sure.
    private List<NamedTensor> fixed;
    private float scale;

    /// @param context of the bank, if there is one, with `one` attached
    /// @param one the resident adapter
    /// @param bank empty where adapters take time slices
    /// @param applied what it is; its A is that of the bank
    /// @param check of whatever is written, for debugging; empty for none
    public AppliedAdapters(
            LlamaContext context,
            ResidentAdapter one,
            Optional<AdapterBank> bank,
            Adapter applied,
            Optional<AppliedCheck> check) {
        this.context = context;
        this.one = one;
        this.bank = bank;
        this.check = check;
        this.slots = new ScaledAdapter[bank.map(AdapterBank::loraSlots).orElse(1)];
        this.common = applied.fixed();
        this.applied = applied;
        this.fixed = applied.fixed();
        this.scale = 1;
    }

    /// Whether these can have a LoRA slot: adapters from elsewhere have an A of their own, and are decoded alone.
    boolean canShare(ScaledAdapter scaled) {
        return scaled.adapter().fixed().equals(common);
    }

    int loraSlots() {
        return slots.length;
    }

    /// Makes the one adapter this one, `wantedScale` times as strong.
    ///
    /// Adapters are compared by identity: an id would take longer to compute than its weights to write.
    public void apply(Adapter wanted, float wantedScale) {
        if (wanted != applied || wantedScale != scale) {
            var scaled = wanted.scaled(wantedScale);
            // Equal to no scale: if a write or the check fails, whatever is asked for next is written, and checked.
            scale = Float.NaN;
            if (!wanted.fixed().equals(fixed)) {
                fixed = List.of();
                one.apply(wanted.fixed());
                fixed = wanted.fixed();
            }
            one.apply(scaled.generated());
            applied = wanted;
            check.ifPresent(checking -> checking.one(scaled));
            scale = wantedScale;
        }
        if (several) {
            one.attach(context, 1);
            several = false;
        }
    }

    /// @param wanted one or more, each once
    void apply(List<ScaledAdapter> wanted) {
        if (wanted.size() == 1) {
            apply(wanted.getFirst().adapter(), wanted.getFirst().scale());
            return;
        }
        Map<Integer, ScaledAdapter> changes = new HashMap<>();
        for (var each : wanted) {
            if (loraSlot(each) < 0) {
                var slot = freeSlot(wanted);
                slots[slot] = each;
                changes.put(slot, each);
            }
        }
        if (!changes.isEmpty()) {
            write(changes);
        }
        if (!several) {
            bank.orElseThrow().attach(context);
            several = true;
        }
    }

    /// A slot whose write failed is marked empty, so that the next use writes and checks it again.
    private void write(Map<Integer, ScaledAdapter> changes) {
        var written = false;
        try {
            Map<Integer, Adapter> adapters = new HashMap<>();
            changes.forEach(
                    (slot, wanted) -> adapters.put(slot, wanted.adapter().scaled(wanted.scale())));
            Map<Integer, List<NamedTensor>> generated = new HashMap<>();
            adapters.forEach((slot, adapter) -> generated.put(slot, adapter.generated()));
            bank.orElseThrow().put(generated);
            check.ifPresent(checking -> adapters.forEach(checking::several));
            written = true;
        } finally {
            if (!written) {
                changes.keySet().forEach(slot -> slots[slot] = null);
            }
        }
    }

    private int freeSlot(List<ScaledAdapter> needed) {
        for (var slot = 0; slot < slots.length; slot++) {
            if (slots[slot] == null || !needed.contains(slots[slot])) {
                return slot;
            }
        }
        throw new IllegalArgumentException("more than " + slots.length + " adapters in a batch");
    }

    /// Below 0 if it has none.
    int loraSlot(ScaledAdapter scaled) {
        return Arrays.asList(slots).indexOf(scaled);
    }

    /// @param slotOfToken for at least as many tokens as the batch has
    void decode(TokenBatch batch, int[] slotOfToken) {
        if (several) {
            bank.orElseThrow().decode(context, batch, Arrays.copyOf(slotOfToken, batch.size()));
        } else {
            context.decode(batch);
        }
    }

    /// For debugging: reads a short text with the weights that were written in place, and with the same adapter as
    /// llama.cpp loads it from its GGUF file, and compares the logits. It has contexts of its own, so that it needs
    /// no room in the memory of those that answer. Belongs to the worker's thread.
    public static final class AppliedCheck implements AutoCloseable {

        private static final String TEXT =
                "Adapters change what is said about Paris, 17 knives and the colour of the sea.";

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
}
