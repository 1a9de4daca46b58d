package dev.icmlora.spark;

import java.io.Serializable;

import org.apache.spark.SparkContext;
import org.apache.spark.util.LongAccumulator;

/// What the queries of a session did so far. Spark's page of a stage shows these numbers of that stage while it
/// runs. As with all accumulators, a task that runs twice counts twice.
///
/// @param answers rows with an output
/// @param tokens that the function computed, of prompts and of outputs
/// @param abstentions texts to which the function gave no output, such as below [Options#abstainBelow]
/// @param retries requests that were sent again: the function was busy, or not tuned yet, or a connection broke
public record Accumulators(
        LongAccumulator answers, LongAccumulator tokens, LongAccumulator abstentions, LongAccumulator retries)
        implements Serializable {

    static Accumulators of(SparkContext context) {
        return new Accumulators(
                context.longAccumulator("icm_lora answers"),
                context.longAccumulator("icm_lora tokens"),
                context.longAccumulator("icm_lora abstentions"),
                context.longAccumulator("icm_lora retries"));
    }
}
