package dev.icmlora.spark;

import java.io.Serializable;

import org.apache.spark.SparkContext;

import dev.icmlora.spark.Options.Embedded;
import dev.icmlora.spark.Options.Remote;

/// A version of a function, and where it is.
sealed interface CalledFunction extends Serializable permits RemoteFunction, EmbeddedFunction {

    Options options();

    /// Such as `urgency@3`.
    String version();

    /// What answers the texts of one partition, on an executor.
    TextAnswers answers(Accumulators accumulators);

    /// Looks a function up, and pins its version for a query.
    ///
    /// @param name such as `urgency`
    /// @throws IllegalArgumentException if it is no function's name, there is no such function, or it cannot be
    /// reached
    static CalledFunction named(String name, Options options, SparkContext context) {
        return options.way() instanceof Remote remote
                ? RemoteFunction.named(name, options, remote)
                : EmbeddedFunction.named(name, options, (Embedded) options.way(), context);
    }
}
