package dev.icmlora.function.events;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventMapping;
import io.smallrye.mutiny.Uni;

import dev.icmlora.function.access.Role;
import dev.icmlora.function.http.ClientConnection;

/// CloudEvents of every type, POSTed to `/` in binary or structured mode. What they do is written in [TaskEvents].
public final class EventFunction {

    private final CloudEvents cloudEvents;
    private final EventDeliveries deliveries;
    private final ClientConnection client;

    EventFunction(CloudEvents cloudEvents, EventDeliveries deliveries, ClientConnection client) {
        this.cloudEvents = cloudEvents;
        this.deliveries = deliveries;
        this.client = client;
    }

    @Funq("event")
    @CloudEventMapping(trigger = "*")
    public Uni<Void> event(CloudEvent<byte[]> event) {
        client.require(Role.EVENTS);
        return deliveries.deliver(() -> cloudEvents.read(event));
    }
}
