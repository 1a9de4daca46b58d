package dev.icmlora.engine.scoring;

import java.util.Map;

import dev.icmlora.generator.adapter.Adapter;

/// Where candidates are tried: two contexts of one model, of which one has an adapter that can be overwritten.
public interface Workbench {
    /// Makes the adapted context's adapter this one.
    void apply(Adapter adapter);

    /// Judges the weights that were applied last.
    Map<PromptForm, Score> scoreAdapted(Scoring scoring);

    /// Judges the base model.
    Map<PromptForm, Score> scoreBase(Scoring scoring);

    /// Whether no further weights should be tried, though there may be more.
    boolean isShortOfTime();
}
