package dev.icmlora.function.openai;

import java.time.Instant;
import java.util.UUID;

import io.vertx.core.Context;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;

import dev.icmlora.engine.worker.Delta;
import dev.icmlora.function.access.Tenant;
import dev.icmlora.function.openai.ReplyForm.Head;
import dev.icmlora.function.service.TextListener;
import dev.icmlora.function.service.TextReply;
import dev.icmlora.function.service.TextService;

/// One request for text and its reply, whole or as server-sent events. What comes from the worker's thread is
/// written by the event loop, in the order in which it came.
final class Exchange implements TextListener {

    private final RoutingContext routing;
    private final HttpServerResponse response;
    private final Context eventLoop;
    private final CompletionRequest request;
    private final ReplyForm form;
    private final Wire wire;
    private final Head head;
    private String model;

    Exchange(RoutingContext routing, CompletionRequest request, ReplyForm form, Wire wire) {
        this.routing = routing;
        this.response = routing.response();
        this.eventLoop = routing.vertx().getOrCreateContext();
        this.request = request;
        this.form = form;
        this.wire = wire;
        var id = form.idPrefix() + UUID.randomUUID().toString().replace("-", "");
        this.head = new Head(id, Instant.now().getEpochSecond());
    }

    /// Asks for the text, and cancels the work when the client leaves before it is done.
    void run(TextService texts, Tenant tenant) {
        var work = texts.write(tenant, request.text(), request.stream() ? this : TextListener.NONE)
                .subscribe()
                .with(
                        reply -> eventLoop.runOnContext(done -> end(reply)),
                        failure -> eventLoop.runOnContext(done -> wire.fail(failure, response)));
        routing.addEndHandler(end -> work.cancel());
    }

    @Override
    public void begins(String model) {
        this.model = model;
        eventLoop.runOnContext(done -> {
            wire.beginStream(response);
            for (var choice = 0; choice < choices(); choice++) {
                form.begin(head, model, choice).ifPresent(piece -> wire.event(piece, response));
            }
        });
    }

    private int choices() {
        return request.text().choices();
    }

    @Override
    public void wrote(int choice, Delta delta) {
        eventLoop.runOnContext(done -> wire.event(form.piece(head, model, choice, delta), response));
    }

    private void end(TextReply reply) {
        if (!request.stream()) {
            wire.reply(form.whole(head, reply), response);
            return;
        }
        for (var choice = 0; choice < reply.answers().size(); choice++) {
            var finish = reply.answers().get(choice).finish();
            wire.event(form.end(head, reply.model(), choice, finish), response);
        }
        if (request.streamUsage()) {
            wire.event(form.totals(head, reply), response);
        }
        wire.endStream(response);
    }
}
