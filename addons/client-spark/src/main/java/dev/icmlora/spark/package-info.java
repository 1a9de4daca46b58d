/// A function over the rows of a table: Spark reads, partitions and retries, and a deployed function answers, or an
/// engine in each executor.
///
/// ```java
/// import dev.icmlora.spark.IcmLoraSpark;
/// import dev.icmlora.spark.Options;
///
/// Options options = Options.remote("http://localhost:8080");
/// Dataset<Row> answered = IcmLoraSpark.answers(tickets, "text", "urgency", options);
///
/// IcmLoraSpark.register(spark, options);
/// spark.sql("SELECT id, icm_lora('urgency', text).output AS urgency FROM tickets");
/// ```
///
/// [dev.icmlora.spark.IcmLoraSpark] is where to begin. A call is an expression of a query,
/// [dev.icmlora.spark.FunctionCall], and becomes `mapPartitions` when the query is planned, so that texts go to the
/// function in batches. The classes named `Embedded...` and [dev.icmlora.spark.Definition] need the engine's JDK.
package dev.icmlora.spark;
