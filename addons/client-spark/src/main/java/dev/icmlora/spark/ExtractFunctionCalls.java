package dev.icmlora.spark;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.catalyst.analysis.SimpleAnalyzer$;
import org.apache.spark.sql.catalyst.encoders.ExpressionEncoder;
import org.apache.spark.sql.catalyst.expressions.Alias;
import org.apache.spark.sql.catalyst.expressions.Attribute;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.NamedExpression;
import org.apache.spark.sql.catalyst.plans.logical.CatalystSerde;
import org.apache.spark.sql.catalyst.plans.logical.DeserializeToObject;
import org.apache.spark.sql.catalyst.plans.logical.LocalRelation$;
import org.apache.spark.sql.catalyst.plans.logical.LogicalPlan;
import org.apache.spark.sql.catalyst.plans.logical.MapPartitions;
import org.apache.spark.sql.catalyst.plans.logical.Project;
import org.apache.spark.sql.catalyst.plans.logical.Repartition;
import org.apache.spark.sql.catalyst.plans.logical.SerializeFromObject;
import org.apache.spark.sql.catalyst.rules.Rule;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;
import scala.Option;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/// Takes the calls of functions out of an operator's expressions, and puts operators below it that make the calls in
/// batches. Spark does the same with UDFs in Python.
final class ExtractFunctionCalls extends Rule<LogicalPlan> {

    private static final String TEXT = "icm_lora text";

    private final Accumulators accumulators;

    ExtractFunctionCalls(Accumulators accumulators) {
        this.accumulators = accumulators;
    }

    Accumulators accumulators() {
        return accumulators;
    }

    @Override
    public LogicalPlan apply(LogicalPlan plan) {
        LogicalPlan operator = plan.mapChildren(this::apply);
        Map<Expression, FunctionCall> calls = new LinkedHashMap<>();
        CollectionConverters.asJava(operator.expressions()).forEach(expression -> collect(expression, calls));
        if (calls.isEmpty() || operator.children().size() != 1) {
            return operator;
        }
        LogicalPlan child = pruned(operator);
        Map<Expression, Attribute> answers = new LinkedHashMap<>();
        for (Map.Entry<Expression, FunctionCall> call : calls.entrySet()) {
            // The text may be made of an answer, which was extracted before.
            Expression text = replaced(call.getValue().text(), answers);
            child = answered(child, text, call.getValue().function());
            answers.put(call.getKey(), child.output().last());
        }
        LogicalPlan extracted = operator.mapExpressions(expression -> replaced(expression, answers))
                .withNewChildren(FunctionCall.sequence(List.of(child)));
        return extracted.output().equals(operator.output())
                ? extracted
                : new Project(FunctionCall.sequence(CollectionConverters.asJava(operator.output())), extracted);
    }

    /// The child of an operator with the columns that the operator reads or has in its output: rules that prune
    /// columns do not run after this one.
    private static LogicalPlan pruned(LogicalPlan operator) {
        LogicalPlan child = operator.children().head();
        List<Attribute> needed = CollectionConverters.asJava(child.output()).stream()
                .filter(column -> operator.references().contains(column)
                        || operator.outputSet().contains(column))
                .toList();
        return new Project(FunctionCall.sequence(needed), child);
    }

    /// @param calls by their canonical form, so that the same call in two places is made once; inner ones first
    private static void collect(Expression expression, Map<Expression, FunctionCall> calls) {
        CollectionConverters.asJava(expression.children()).forEach(child -> collect(child, calls));
        if (expression instanceof FunctionCall call) {
            calls.putIfAbsent(call.canonicalized(), call);
        }
    }

    private static Expression replaced(Expression expression, Map<Expression, Attribute> answers) {
        return expression instanceof FunctionCall
                ? answers.get(expression.canonicalized())
                : expression.mapChildren(child -> replaced(child, answers));
    }

    /// The rows of a plan with one column more, the answer.
    private LogicalPlan answered(LogicalPlan child, Expression text, CalledFunction function) {
        List<Attribute> columns = CollectionConverters.asJava(child.output());
        List<NamedExpression> withText = new ArrayList<>(columns);
        withText.add(alias(text, TEXT));
        Project texts = new Project(FunctionCall.sequence(withText), child);
        // A task has one request at a time: as many tasks at most as there may be requests.
        Repartition coalesced = new Repartition(function.options().concurrency(), false, texts);

        List<StructField> fields = new ArrayList<>(List.of(texts.schema().fields()));
        fields.set(columns.size(), DataTypes.createStructField(IcmLoraSpark.NAME, Answer.TYPE, true));
        ExpressionEncoder<Row> reader = ExpressionEncoder.apply(texts.schema());
        ExpressionEncoder<Row> writer = ExpressionEncoder.apply(new StructType(fields.toArray(StructField[]::new)));
        MapPartitions mapped = new MapPartitions(
                new AnswerPartition(function, accumulators),
                CatalystSerde.generateObjAttr(writer),
                deserialized(reader, coalesced));

        List<NamedExpression> serializer = new ArrayList<>();
        for (NamedExpression field : CollectionConverters.asJava(writer.namedExpressions())) {
            Expression value = ((Alias) field).child();
            int column = serializer.size();
            serializer.add(column < columns.size() ? as(columns.get(column), value) : alias(value, IcmLoraSpark.NAME));
        }
        return new SerializeFromObject(FunctionCall.sequence(serializer), mapped);
    }

    /// The rows of a plan as objects. Columns are bound by their places, so two may have the same name.
    private static DeserializeToObject deserialized(ExpressionEncoder<Row> reader, LogicalPlan rows) {
        LogicalPlan unresolved = CatalystSerde.deserialize(LocalRelation$.MODULE$.apply(rows.output()), reader);
        Expression deserializer = ((DeserializeToObject) SimpleAnalyzer$.MODULE$.execute(unresolved)).deserializer();
        return new DeserializeToObject(deserializer, CatalystSerde.generateObjAttr(reader), rows);
    }

    /// A value under the id of a column, by which other operators know it.
    private static Alias as(Attribute column, Expression value) {
        return new Alias(
                value,
                column.name(),
                column.exprId(),
                column.qualifier(),
                Option.apply(column.metadata()),
                FunctionCall.sequence(List.of()));
    }

    private static Alias alias(Expression value, String name) {
        Seq<String> none = FunctionCall.sequence(List.of());
        return new Alias(value, name, NamedExpression.newExprId(), none, Option.empty(), none);
    }
}
