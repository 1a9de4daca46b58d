package dev.icmlora.function.openai;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.LinkedBlockingQueue;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;

import dev.icmlora.engine.request.CancelledException;
import dev.icmlora.engine.worker.Delta;
import dev.icmlora.function.error.OpenAiError;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.openai.ReplyForm.Head;
import dev.icmlora.function.service.TextListener;
import dev.icmlora.function.service.TextReply;

/// One reply as server-sent events: what the worker's thread tells is written by another thread, in the order
/// in which it came. A client that reads slowly makes that one wait, and never the worker.
final class TextStream implements TextListener {

    private static final String DONE = "[DONE]";

    private final CompletionRequest request;
    private final ReplyForm form;
    private final Head head;
    private final ObjectMapper mapper;
    private final CompletableFuture<String> model = new CompletableFuture<>();
    /// As many as there are tokens in the reply, at most.
    private final BlockingQueue<Event> events = new LinkedBlockingQueue<>();

    TextStream(CompletionRequest request, ReplyForm form, Head head, ObjectMapper mapper) {
        this.request = request;
        this.form = form;
        this.head = head;
        this.mapper = mapper;
    }

    /// @param last whether none follows
    private record Event(Object data, boolean last) {}

    @Override
    public void begins(String model) {
        for (var choice = 0; choice < request.text().choices(); choice++) {
            form.begin(head, model, choice).ifPresent(this::add);
        }
        this.model.complete(model);
    }

    @Override
    public void wrote(int choice, Delta delta) {
        add(form.piece(head, model.join(), choice, delta));
    }

    void end(TextReply reply) {
        for (var choice = 0; choice < reply.answers().size(); choice++) {
            add(form.end(
                    head, reply.model(), choice, reply.answers().get(choice).finish()));
        }
        if (request.streamUsage()) {
            add(form.totals(head, reply));
        }
        events.add(new Event(DONE, true));
    }

    /// A failure is an event where the stream has begun already.
    void fail(Throwable failure, Problems problems) {
        if (!model.completeExceptionally(failure)) {
            events.add(new Event(OpenAiError.of(problems.of(failure)), true));
        }
    }

    private void add(Object data) {
        events.add(new Event(data, false));
    }

    /// Waits until there is something to write.
    ///
    /// @throws dev.icmlora.function.error.RequestException if there will be nothing
    void awaitBegin() {
        try {
            model.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException failure ? failure : e;
        }
    }

    /// Writes all events, each as soon as it is there.
    void writeTo(OutputStream out) throws IOException {
        try {
            for (var event = events.take(); ; event = events.take()) {
                out.write(("data: " + text(event.data()) + "\n\n").getBytes(UTF_8));
                out.flush();
                if (event.last()) {
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new CancelledException();
        }
    }

    private String text(Object data) {
        try {
            return data.equals(DONE) ? DONE : mapper.writeValueAsString(data);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a reply has a JSON form", e);
        }
    }
}
