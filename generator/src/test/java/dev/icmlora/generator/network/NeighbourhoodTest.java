package dev.icmlora.generator.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;

import org.junit.jupiter.api.Test;

import dev.icmlora.generator.network.Generator.Neighbourhood;

class NeighbourhoodTest {
    private final Neighbourhood neighbourhood = new Neighbourhood(List.of(
            new float[] {-1, -10, 5}, new float[] {1, -10, 5}, new float[] {-1, 10, 5}, new float[] {1, 10, 5}));

    @Test
    void eachDimensionCountsInItsOwnUnit() {
        assertThat(neighbourhood.distance(new float[] {1, 0, 5})).hasValueCloseTo(Math.sqrt(0.5), within(1e-6));
    }

    @Test
    void aDimensionInWhichAllAgreeTellsNothing() {
        assertThat(neighbourhood.distance(new float[] {1, 10, 99})).hasValueCloseTo(0.0, within(1e-6));
    }

    @Test
    void withoutSeenTasksThereIsNoDistance() {
        assertThat(new Neighbourhood(List.of()).distance(new float[3])).isEmpty();
    }
}
