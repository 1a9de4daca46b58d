package dev.icmlora.learning;

import java.util.Optional;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/// A larger model that is asked about unsure answers. The tables of `docs/configuration.md` are written from these
/// comments. [Teacher] has the limits.
@ConfigMapping(prefix = "icm-lora.teacher")
public interface TeacherConfig {

    /// Address of OpenAI's interface that is asked for the outputs of kept inputs of which functions are unsure,
    /// such as `https://api.openai.com/v1`. Needs `ICM_LORA_FEEDBACK=inputs`. Default: none; then no input
    /// leaves the function.
    Optional<String> url();

    /// Its key. Default: none.
    Optional<String> key();

    /// The model that is asked there. Needed with an address. Default: none.
    Optional<String> model();

    /// Calls in a day (UTC) of all instances that share a bucket; with tenants, one has at most half of what the
    /// others leave. 1 to 1000000.
    @WithDefault("100")
    int callsPerDay();
}
