package dev.icmlora.trainer.eval;

import java.util.List;

import dev.icmlora.generator.task.Example;
import dev.icmlora.generator.task.Prompt;
import dev.icmlora.generator.task.Task;
import dev.icmlora.llama.NamedTensor;
import dev.icmlora.trainer.text.TextDomain;
import dev.icmlora.trainer.train.References;

/// Measures how well a text domain is predicted by the base model, under B0, and under the adapters generated and
/// trained for the domain.
///
/// @param passages test passages of a domain
record TextEvaluation(ControlBench bench, References references, int passages) {

    TextResult measure(TextDomain domain) {
        String description = domain.descriptions().getFirst();
        Task stated = new Task(description, domain.train().subList(0, Condition.EXAMPLES));
        float[] latent = bench.latent(bench.vector(stated));
        List<NamedTensor> b0 = bench.generate(latent, 0);
        List<NamedTensor> generated = bench.generate(latent, 1);
        List<Example> tests =
                domain.test().subList(0, Math.min(passages, domain.test().size()));
        List<List<NamedTensor>> own = references.own(domain);
        double[] nats = new double[4];
        int tokens = 0;
        int characters = 0;
        for (Example passage : tests) {
            Prompt prompt = bench.format().packed(description, List.of(passage));
            Prompt.Answer answer = prompt.answers().getFirst();
            tokens += answer.to() - 1 - answer.from();
            characters += passage.output().length();
            nats[0] += bench.nats(prompt);
            nats[1] += bench.nats(b0, prompt);
            nats[2] += bench.nats(generated, prompt);
            if (!own.isEmpty()) {
                nats[3] += bench.nats(own.getLast(), prompt);
            }
        }
        return new TextResult(
                domain.name(),
                tests.size(),
                tokens,
                characters,
                nats[0],
                nats[1],
                nats[2],
                own.isEmpty() ? null : nats[3]);
    }
}
