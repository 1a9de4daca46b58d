package dev.icmlora.trainer.vectors;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

import dev.icmlora.engine.EngineOptions;
import dev.icmlora.engine.Installation;
import dev.icmlora.engine.LoadedModel;
import dev.icmlora.trainer.curriculum.Curriculum;
import dev.icmlora.trainer.curriculum.CurriculumSettings;
import dev.icmlora.trainer.curriculum.Shard;
import dev.icmlora.trainer.curriculum.TrainingTask;
import dev.icmlora.trainer.loop.StopSignal;

/// Takes the task vectors that a generator is trained on, or one shard of them. What the shards share is a folder,
/// which may be a mounted bucket: each writes whole files of its own, so a shard may be repeated.
///
/// @param to where they go and are looked for; empty for `.train/vectors` beside `models/`
/// @param shard the part that is taken
/// @param each random vectors of each task
/// @param layer where they are taken
public record VectorTaking(
        Optional<Path> to, Shard shard, int each, VectorLayer layer, CurriculumSettings curriculum, int threads) {

    public void run(PrintWriter out) throws IOException {
        Installation installation = Installation.ofThisProcess();
        Path folder = to.orElseGet(() -> installation.root().resolve(".train/vectors"));
        try (StopSignal stop = new StopSignal();
                LoadedModel base =
                        LoadedModel.load(installation.nativeDirectory(), installation.model(), EngineOptions.DEFAULT)) {
            Curriculum tasks = curriculum.read(installation.root().resolve(".train"), base.format());
            List<TrainingTask> all = Stream.of(tasks.learned(), tasks.validation())
                    .flatMap(List::stream)
                    .toList();
            List<TrainingTask> mine = shard.of(all);
            new VectorPools(base, layer.of(base.model()), each, threads, folder, stop::isRequested).of(mine);
            out.printf("shard %s: the vectors of %d of %d tasks are in %s%n", shard, mine.size(), all.size(), folder);
            out.flush();
        }
    }
}
