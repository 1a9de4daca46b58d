package dev.icmlora.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// Answers by `POST /generate`, and by `POST /jobs`.
///
/// @param request all of it but the inputs
record ServedFunction<I, O>(Transport transport, ObjectNode request, OutputForm<O> form)
        implements TypedFunction<I, O> {

    /// What `/generate` takes.
    private static final int MOST_INPUTS = 256;
    /// The body was too long, or there was not time enough: half of it may do.
    private static final Set<Integer> TOO_MUCH = Set.of(413, 504);

    @Override
    public List<Answer<O>> askAll(List<? extends I> inputs) {
        List<String> texts = inputs.stream().map(InputForm::write).toList();
        List<Answer<O>> answers = new ArrayList<>(texts.size());
        int most = MOST_INPUTS;
        while (answers.size() < texts.size()) {
            int begin = answers.size();
            List<String> batch = texts.subList(begin, Math.min(begin + most, texts.size()));
            try {
                answers.addAll(answered(batch));
            } catch (IcmLoraException e) {
                if (batch.size() == 1 || !TOO_MUCH.contains(e.status())) {
                    throw e.withInputsFrom(begin);
                }
                most = batch.size() / 2;
            }
        }
        return List.copyOf(answers);
    }

    private List<Answer<O>> answered(List<String> batch) {
        JsonNode reply = transport.json(Call.post("/generate", body(batch)));
        JsonNode outputs = reply.path("outputs");
        if (outputs.size() != batch.size()) {
            throw IcmLoraException.unexpected("it has " + outputs.size() + " outputs for " + batch.size()
                    + " inputs: is this an ICM-LoRA function?");
        }
        List<Answer<O>> answers = new ArrayList<>(batch.size());
        for (int i = 0; i < batch.size(); i++) {
            answers.add(form.answer(
                    outputs.get(i),
                    reply.path("details").path(i),
                    reply.path("ids").path(i)));
        }
        return answers;
    }

    private ObjectNode body(List<String> inputs) {
        ObjectNode body = request.deepCopy();
        inputs.forEach(body.putArray("inputs")::add);
        return body;
    }

    @Override
    public void correct(I input, O output) {
        feedback(correction(input, output));
    }

    @Override
    public void correct(Answer<O> answer, I input, O output) {
        ObjectNode correction = correction(input, output);
        answer.id().ifPresent(id -> correction.put("id", id));
        feedback(correction);
    }

    private ObjectNode correction(I input, O output) {
        return Json.MAPPER
                .createObjectNode()
                .put("input", InputForm.write(input))
                .put("output", form.write(output));
    }

    private void feedback(ObjectNode correction) {
        transport.json(Call.post(path("feedback"), correction));
    }

    @Override
    public Improvement improve() {
        return Improvement.of(transport.json(Call.post(path("improve")).once()));
    }

    private String path(String what) {
        return version()
                .map(known -> new FunctionName(known).path(what))
                .orElseThrow(() -> new UnsupportedOperationException("only a function with a name can learn"));
    }

    @Override
    public Optional<String> version() {
        return Optional.ofNullable(request.path("task").path("function").textValue());
    }

    @Override
    public Job<O> submit(List<? extends I> inputs) {
        List<String> texts = inputs.stream().map(InputForm::write).toList();
        return Job.submitted(transport, body(texts), form);
    }

    @Override
    public Job<O> job(String id) {
        return new Job<>(transport, id, form);
    }
}
