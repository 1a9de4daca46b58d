package dev.icmlora.function.http;

import io.quarkus.funqy.Funq;
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

    Functions(TaskService service, ClientConnection client) {
        this.service = service;
        this.client = client;
    }

    @Funq
    public Uni<GenerateReply> generate(GenerateRequest request) {
        var caller = client.require(Role.CALL);
        return client.answer(() -> service.generate(caller, request));
    }

    @Funq
    public Uni<AdapterReply> adapter(AdapterRequest request) {
        var caller = client.require(Role.CALL);
        return client.answer(() -> service.adapter(caller, request));
    }
}
