package dev.icmlora.function.events;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventMapping;
import io.smallrye.mutiny.Uni;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.http.ClientConnection;

/// CloudEvents of every type, POSTed to `/` in binary or structured mode. What they do is written in [TaskEvents].
public final class EventFunction {

    private final EventReader reader;
    private final TaskEvents events;
    private final ClientConnection client;

    EventFunction(EventReader reader, TaskEvents events, ClientConnection client) {
        this.reader = reader;
        this.events = events;
        this.client = client;
    }

    @Funq("event")
    @CloudEventMapping(trigger = "*")
    public Uni<Void> event(CloudEvent<byte[]> event) {
        client.require(Role.EVENTS);
        return events.deliver(() -> reader.read(event));
    }
}
