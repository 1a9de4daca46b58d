package dev.icmlora.function.http;

import io.quarkus.funqy.Funq;
import io.quarkus.vertx.http.runtime.CurrentVertxRequest;
import io.smallrye.mutiny.Uni;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.api.AdapterReply;
import dev.icmlora.function.api.AdapterRequest;
import dev.icmlora.function.api.GenerateReply;
import dev.icmlora.function.api.GenerateRequest;
import dev.icmlora.function.service.TaskService;

/// The functions. What they do is written in [TaskService].
public final class Functions {

    private final TaskService service;
    private final ClientConnection client;
    private final Downloads downloads;
    private final CurrentVertxRequest current;

    Functions(TaskService service, ClientConnection client, Downloads downloads, CurrentVertxRequest current) {
        this.service = service;
        this.client = client;
        this.downloads = downloads;
        this.current = current;
    }

    /// Its reply may be large, so it is sent here, and Funqy is left without one.
    @Funq
    public Uni<GenerateReply> generate(GenerateRequest request) {
        var caller = client.require(Role.CALL);
        var sender = downloads.sender(current.getCurrent());
        return client.answer(() -> service.generate(caller, request))
                .invoke(sender)
                .chain(_ -> Uni.createFrom().nothing());
    }

    @Funq
    public Uni<AdapterReply> adapter(AdapterRequest request) {
        var caller = client.require(Role.CALL);
        return client.answer(() -> service.adapter(caller, request));
    }
}
