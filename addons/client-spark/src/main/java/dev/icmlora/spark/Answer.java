package dev.icmlora.spark;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/// The answer to a text, or why there is none.
///
/// @param output null where `reason` says why there is none
/// @param confidence 0 to 1; null where the function did not answer
/// @param version of the function that was called, such as `urgency@3`
/// @param isTransient whether there may be another answer to the same text another time
record Answer(String output, Double confidence, String reason, String version, boolean isTransient) {

    static final StructType TYPE = new StructType()
            .add("output", DataTypes.StringType)
            .add("confidence", DataTypes.DoubleType)
            .add("reason", DataTypes.StringType)
            .add("function_version", DataTypes.StringType);

    /// The function refuses this text.
    static Answer refused(String reason, String version) {
        return new Answer(null, null, reason, version, false);
    }

    /// The request failed.
    static Answer failed(String reason, String version) {
        return new Answer(null, null, reason, version, true);
    }

    Row row() {
        return RowFactory.create(output, confidence, reason, version);
    }
}
