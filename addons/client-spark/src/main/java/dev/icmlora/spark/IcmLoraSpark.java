package dev.icmlora.spark;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import org.apache.spark.SparkContext;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.ExperimentalMethods;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.classic.ExpressionUtils;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/// Answers of a function to the rows of a table.
///
/// A null gets nulls. A text that has no answer gets a reason in place of an output, unless [Options#failFast]. A
/// name without a version means the newest version when the query is made, and all of the query has that one. A text
/// that a partition has more than once is sent once, as long as its answer is among the last few megabytes.
public final class IcmLoraSpark {

    static final String NAME = "icm_lora";

    private static final String ANSWER = "__icm_lora_answer";

    private IcmLoraSpark() {}

    /// Adds four columns: `output`, `confidence` (0 to 1), `reason`, which says why there is no output, and
    /// `function_version`, such as `urgency@3`.
    ///
    /// @param input name of the column with the texts
    /// @param function such as `urgency`, or `urgency@3` for a certain version
    /// @throws IllegalArgumentException if there is no such function, it cannot be reached, or the rows have a
    /// column of one of these names
    public static Dataset<Row> answers(Dataset<Row> rows, String input, String function, Options options) {
        Set<String> taken = List.of(rows.columns()).stream()
                .map(column -> column.toLowerCase(Locale.ROOT))
                .collect(Collectors.toSet());
        for (String added : Answer.TYPE.fieldNames()) {
            if (taken.contains(added)) {
                throw new IllegalArgumentException("The rows have a column '" + added + "' already: rename it");
            }
        }
        org.apache.spark.sql.classic.SparkSession session = classic(rows.sparkSession());
        rule(session);
        Expression text = ExpressionUtils.expression(rows.col(input));
        FunctionCall call = new FunctionCall(text, CalledFunction.named(function, options, session.sparkContext()));
        Dataset<Row> answered = rows.withColumn(ANSWER, ExpressionUtils.column(call));
        for (String added : Answer.TYPE.fieldNames()) {
            answered = answered.withColumn(added, answered.col(ANSWER).getField(added));
        }
        return answered.drop(ANSWER);
    }

    /// Registers the SQL function `icm_lora(function, text)`. Its value is a struct of the columns that [#answers]
    /// adds:
    /// `SELECT icm_lora('urgency', text).output FROM tickets`. Registered again, it has the new options.
    public static void register(SparkSession session, Options options) {
        org.apache.spark.sql.classic.SparkSession known = classic(session);
        rule(known);
        known.sessionState()
                .functionRegistry()
                .createOrReplaceTempFunction(
                        NAME, arguments -> call(arguments, options, known.sparkContext()), "java_udf");
    }

    private static Expression call(Seq<Expression> arguments, Options options, SparkContext context) {
        if (arguments.size() != 2) {
            throw new IllegalArgumentException(
                    NAME + " takes the name of a function and a text, not " + arguments.size() + " arguments");
        }
        Expression name = arguments.apply(0);
        if (!name.foldable() || !name.dataType().equals(DataTypes.StringType) || name.eval(null) == null) {
            throw new IllegalArgumentException(
                    NAME + " takes the name of a function as a text that is the same for all rows, not " + name.sql());
        }
        return new FunctionCall(
                arguments.apply(1), CalledFunction.named(name.eval(null).toString(), options, context));
    }

    /// What the queries of a session did so far.
    public static Accumulators accumulators(SparkSession session) {
        return rule(classic(session)).accumulators();
    }

    private static org.apache.spark.sql.classic.SparkSession classic(SparkSession session) {
        if (session instanceof org.apache.spark.sql.classic.SparkSession known) {
            return known;
        }
        throw new IllegalArgumentException(
                "icm_lora needs the session of a driver; a client of Spark Connect has " + session.getClass());
    }

    /// The rule of a session, which is added once.
    private static ExtractFunctionCalls rule(org.apache.spark.sql.classic.SparkSession session) {
        ExperimentalMethods methods = session.experimental();
        synchronized (methods) {
            List<Rule<LogicalPlan>> rules = new ArrayList<>(CollectionConverters.asJava(methods.extraOptimizations()));
            for (Rule<LogicalPlan> rule : rules) {
                if (rule instanceof ExtractFunctionCalls known) {
                    return known;
                }
            }
            ExtractFunctionCalls added = new ExtractFunctionCalls(Accumulators.of(session.sparkContext()));
            rules.add(added);
            methods.extraOptimizations_$eq(FunctionCall.sequence(rules));
            return added;
        }
    }
}
