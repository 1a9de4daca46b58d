package dev.icmlora.openai;

import dev.icmlora.engine.worker.AnswerListener.Delta;
import dev.icmlora.function.http.EventStream;
import dev.icmlora.openai.CompletionRequests.CompletionRequest;
import dev.icmlora.openai.ReplyForm.Head;
import dev.icmlora.openai.TextService.Listener;
import dev.icmlora.openai.TextService.Reply;

/// Sends texts as server-sent events in a form of OpenAI's, while the worker writes them.
final class TextStream implements Listener {

    private static final String DONE = "[DONE]";

    private final CompletionRequest request;
    private final Head head;
    private final ReplyForm form;
    private final EventStream events;
    /// Set before anything is written, by another thread.
    private volatile String model;

    TextStream(CompletionRequest request, Head head, EventStream events) {
        this.request = request;
        this.head = head;
        this.form = head.form();
        this.events = events;
    }

    @Override
    public void begins(String writer) {
        model = writer;
        for (var choice = 0; choice < request.text().choices(); choice++) {
            form.begin(choice).ifPresent(this::add);
        }
        events.begin();
    }

    @Override
    public void wrote(int choice, Delta delta) {
        add(form.piece(choice, delta));
    }

    private void add(Object choice) {
        events.add(head.piece(model, choice));
    }

    /// The last pieces.
    void end(Reply reply) {
        for (var choice = 0; choice < reply.answers().size(); choice++) {
            add(form.end(choice, reply.answers().get(choice).finish()));
        }
        if (request.streamUsage()) {
            events.add(head.totals(reply));
        }
        events.end(DONE);
    }
}
