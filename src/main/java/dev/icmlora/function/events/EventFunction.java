package dev.icmlora.function.events;

import io.quarkus.funqy.Funq;
import io.quarkus.funqy.knative.events.CloudEvent;
import io.quarkus.funqy.knative.events.CloudEventMapping;
import io.smallrye.mutiny.Uni;

/// CloudEvents of every type, POSTed to `/` in binary or structured mode. What they do is written in [TaskEvents].
public final class EventFunction {

    private final CloudEvents cloudEvents;
    private final EventDeliveries deliveries;

    EventFunction(CloudEvents cloudEvents, EventDeliveries deliveries) {
        this.cloudEvents = cloudEvents;
        this.deliveries = deliveries;
    }

    @Funq("event")
    @CloudEventMapping(trigger = "*")
    public Uni<Void> event(CloudEvent<byte[]> event) {
        return deliveries.deliver(() -> cloudEvents.read(event));
    }
}
