package dev.icmlora.client;

import java.time.Duration;
import java.util.Optional;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;

/// What a [TypedFunction] does, said step by step. Limits of texts and numbers are the function's, which says
/// so at the first call; docs/api.md has them.
///
/// @param <I> type of the input
/// @param <O> type of the output
public final class FunctionBuilder<I, O> {

    private final OutputForm<O> form;
    private final Optional<FunctionName> name;
    private final ObjectNode request = Json.MAPPER.createObjectNode();
    /// Task, and labels or schema.
    private final ObjectNode definition = Json.MAPPER.createObjectNode();
    private final ObjectNode task = definition.putObject("task");
    private final ArrayNode examples = task.putArray("examples");

    private Transport transport;

    FunctionBuilder(Transport transport, OutputForm<O> form, Optional<FunctionName> name) {
        this.transport = transport;
        this.form = form;
        this.name = name;
        request.put("confidence", true);
        form.describe(definition);
    }

    /// What to do, in words.
    public FunctionBuilder<I, O> describedAs(String description) {
        task.put("description", description);
        return this;
    }

    /// An input and the output that it should have.
    ///
    /// @throws IllegalArgumentException if Jackson cannot write them
    public FunctionBuilder<I, O> example(I input, O output) {
        examples.addObject().put("input", InputForm.write(input)).put("output", form.write(output));
        return this;
    }

    /// How the function serves the task; [Mode#AUTO] unless set.
    public FunctionBuilder<I, O> mode(Mode mode) {
        request.put("mode", mode.wireName());
        return this;
    }

    /// Most tokens of an answer that is no label; 64 unless set.
    public FunctionBuilder<I, O> maxTokens(int tokens) {
        request.put("max_tokens", tokens);
        return this;
    }

    /// An answer that is less sure than this has no value.
    ///
    /// @param confidence 0 to 1; see [Answer#confidence]
    public FunctionBuilder<I, O> abstainBelow(double confidence) {
        request.put("abstain_below", confidence);
        return this;
    }

    /// The least sure answers have no value, so that of those that have one at most a share is wrong. It takes the
    /// place of [#abstainBelow], and needs outputs whose confidence is calibrated: no records.
    ///
    /// @param share above 0, below 1
    public FunctionBuilder<I, O> risk(double share) {
        request.putObject("abstain_below").put("risk", share);
        return this;
    }

    /// Until when each request must be answered, with its repetitions; the client's timeout unless set.
    public FunctionBuilder<I, O> timeout(Duration timeout) {
        transport = transport.withTimeout(timeout);
        return this;
    }

    /// The function. Without a name, nothing is sent before it is called.
    ///
    /// One with a name is defined now if it has a description or examples, which makes a new version unless the
    /// newest one is the same. Else it is looked up. From then on it is that version, whatever others define.
    ///
    /// @throws IcmLoraException if the function refuses that (404: there is no such name or version) or cannot
    /// be reached
    /// @throws IllegalArgumentException if what is there answers in labels or a schema of another type, or if
    /// the name has a version and there is a description or an example
    public TypedFunction<I, O> build() {
        ObjectNode whole = request.deepCopy();
        whole.setAll(name.map(this::named).orElseGet(definition::deepCopy));
        return new ServedFunction<>(transport, whole, form);
    }

    private ObjectNode named(FunctionName known) {
        NamedTask named = new NamedTask(transport, known);
        boolean isDescribed = task.has("description") || !examples.isEmpty();
        return isDescribed ? named.defined(definition) : named.found(form);
    }
}
