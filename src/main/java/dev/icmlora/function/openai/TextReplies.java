package dev.icmlora.function.openai;

import java.time.Instant;
import java.util.UUID;

import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;

import dev.icmlora.function.access.Caller;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.http.ClientConnection;
import dev.icmlora.function.openai.ReplyForm.Head;
import dev.icmlora.function.service.TextListener;
import dev.icmlora.function.service.TextService;

/// Replies to requests for text: whole, or as server-sent events. One and the same method has both, as its
/// request says, so a stream is a body that is written while it comes, and no reactive type: JAX-RS would want
/// to know the kind of a reply beforehand. Threads that ask here may wait.
@Singleton
final class TextReplies {

    private final TextService texts;
    private final ClientConnection client;
    private final Problems problems;
    private final ObjectMapper mapper;

    TextReplies(TextService texts, ClientConnection client, Problems problems, ObjectMapper mapper) {
        this.texts = texts;
        this.client = client;
        this.problems = problems;
        this.mapper = mapper;
    }

    /// @throws dev.icmlora.function.error.RequestException if there is no reply, not even the beginning of one
    Response to(Caller caller, CompletionRequest request, ReplyForm form) {
        var id = form.idPrefix() + UUID.randomUUID().toString().replace("-", "");
        var head = new Head(id, Instant.now().getEpochSecond());
        return request.stream() ? stream(caller, request, form, head) : whole(caller, request, form, head);
    }

    private Response whole(Caller caller, CompletionRequest request, ReplyForm form, Head head) {
        var reply = client.whileOpen(() -> texts.write(caller, request.text(), TextListener.NONE));
        return Response.ok(form.whole(head, reply), MediaType.APPLICATION_JSON_TYPE)
                .build();
    }

    private Response stream(Caller caller, CompletionRequest request, ReplyForm form, Head head) {
        var stream = new TextStream(request, form, head, mapper);
        client.answer(() -> texts.write(caller, request.text(), stream))
                .subscribe()
                .with(stream::end, failure -> stream.fail(failure, problems));
        return stream.response();
    }
}
