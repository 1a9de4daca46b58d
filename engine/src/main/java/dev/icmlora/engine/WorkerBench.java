package dev.icmlora.engine;

import java.util.Map;

import dev.icmlora.engine.request.Cancellation;
import dev.icmlora.engine.scoring.PromptForm;
import dev.icmlora.engine.scoring.Score;
import dev.icmlora.engine.scoring.Scoring;
import dev.icmlora.engine.scoring.Workbench;
import dev.icmlora.engine.worker.Worker;
import dev.icmlora.generator.adapter.Adapter;

/// A worker's contexts, for candidates. Each scoring is a job, so that other requests go on between them.
final class WorkerBench implements Workbench {

    private final Worker worker;
    private final WorkerTools tools;
    private final float scale;
    private final Cancellation cancellation;
    private Adapter candidate;

    WorkerBench(Worker worker, WorkerTools tools, float scale, Cancellation cancellation) {
        this.worker = worker;
        this.tools = tools;
        this.scale = scale;
        this.cancellation = cancellation;
    }

    @Override
    public void apply(Adapter adapter) {
        EngineSession.requireScalable(adapter, scale);
        candidate = adapter;
    }

    @Override
    public Map<PromptForm, Score> scoreAdapted(Scoring scoring) {
        var scored = candidate;
        return EngineSession.await(worker.run(
                () -> {
                    tools.adapters().apply(scored, scale);
                    return tools.adaptedScorer().score(scoring, cancellation::check);
                },
                cancellation,
                0,
                scoring.tokens()));
    }

    @Override
    public Map<PromptForm, Score> scoreBase(Scoring scoring) {
        return EngineSession.await(worker.run(
                () -> tools.baseScorer().score(scoring, cancellation::check), cancellation, scoring.tokens(), 0));
    }

    @Override
    public boolean isShortOfTime() {
        return cancellation.isShortOfTime();
    }
}
