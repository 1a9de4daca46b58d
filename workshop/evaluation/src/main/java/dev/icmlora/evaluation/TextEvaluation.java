package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import dev.icmlora.generator.adapter.Adapter;
import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.PromptFormat.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.tasks.text.TextDomain;
import dev.icmlora.trainer.paper.References;

/// Measures how well a text domain is predicted by the base model, as running text and as an answer, under B0, and
/// under the adapters generated and trained for the domain.
///
/// @param passages test passages of a domain
record TextEvaluation(ControlBench bench, Optional<References> trained, int passages) {

    TextResult measure(TextDomain domain) {
        String description = domain.descriptions().getFirst();
        Task stated = new Task(description, domain.train().subList(0, Condition.EXAMPLES));
        float[] latent = bench.latent(bench.vector(stated));
        Optional<Adapter> b0 = Optional.of(bench.generate(latent, 0));
        Optional<Adapter> generated = Optional.of(bench.generate(latent, 1));
        List<Example> tests =
                domain.test().subList(0, Math.min(passages, domain.test().size()));
        Optional<Adapter> own = trained.flatMap(
                        adapters -> adapters.own(domain).reversed().stream().findFirst())
                .map(bench::adapter);
        List<TextResult.Passage> measured = new ArrayList<>();
        for (Example passage : tests) {
            Prompt prompt = bench.format().packed(description, List.of(passage));
            Prompt.Answer answer = prompt.answers().getFirst();
            measured.add(new TextResult.Passage(
                    answer.to() - 1 - answer.from(),
                    passage.output().length(),
                    bench.nats(Optional.empty(), bench.continued(passage)),
                    bench.nats(Optional.empty(), prompt),
                    bench.nats(b0, prompt),
                    bench.nats(generated, prompt),
                    own.isEmpty() ? null : Double.valueOf(bench.nats(own, prompt))));
        }
        return new TextResult(domain.name(), measured);
    }
}
