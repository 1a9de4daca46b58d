package dev.icmlora.spark;

import java.util.List;

import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.analysis.TypeCheckResult;
import org.apache.spark.sql.catalyst.expressions.Expression;
import org.apache.spark.sql.catalyst.expressions.ImplicitCastInputTypes;
import org.apache.spark.sql.catalyst.expressions.Unevaluable;
import org.apache.spark.sql.catalyst.expressions.UserDefinedExpression;
import org.apache.spark.sql.catalyst.expressions.codegen.CodegenContext;
import org.apache.spark.sql.catalyst.expressions.codegen.ExprCode;
import org.apache.spark.sql.types.AbstractDataType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import scala.collection.immutable.IndexedSeq;
import scala.collection.immutable.Seq;
import scala.jdk.javaapi.CollectionConverters;

/// The call of a function with a text, as an expression of a query. [ExtractFunctionCalls] takes it out of the plan,
/// so it is never evaluated. Public, since Spark's planner makes copies of it.
public final class FunctionCall extends Expression
        implements Unevaluable, ImplicitCastInputTypes, UserDefinedExpression {

    private final Expression text;
    private final CalledFunction function;

    public FunctionCall(Expression text, CalledFunction function) {
        this.text = text;
        this.function = function;
    }

    Expression text() {
        return text;
    }

    CalledFunction function() {
        return function;
    }

    /// Spark may evaluate a deterministic expression more than once, and below a filter.
    @Override
    public boolean deterministic() {
        return false;
    }

    @Override
    public boolean foldable() {
        return false;
    }

    @Override
    public boolean nullable() {
        return true;
    }

    @Override
    public DataType dataType() {
        return Answer.TYPE;
    }

    @Override
    public Seq<AbstractDataType> inputTypes() {
        return sequence(List.of(DataTypes.StringType));
    }

    @Override
    public TypeCheckResult checkInputDataTypes() {
        return ImplicitCastInputTypes.super.checkInputDataTypes();
    }

    @Override
    public Seq<Expression> children() {
        return sequence(List.of(text));
    }

    @Override
    public Expression withNewChildrenInternal(IndexedSeq<Expression> children) {
        return new FunctionCall(children.head(), function);
    }

    /// Spark moves a [UserDefinedExpression] out of a grouping.
    @Override
    public String name() {
        return IcmLoraSpark.NAME;
    }

    @Override
    public String prettyName() {
        return IcmLoraSpark.NAME;
    }

    @Override
    public String toString() {
        return IcmLoraSpark.NAME + "('" + function.version() + "', " + text + ")";
    }

    @Override
    public String sql() {
        return IcmLoraSpark.NAME + "('" + function.version() + "', " + text.sql() + ")";
    }

    @Override
    public Object eval(InternalRow row) {
        throw notExtracted();
    }

    @Override
    public ExprCode doGenCode(CodegenContext context, ExprCode code) {
        throw notExtracted();
    }

    private static IllegalStateException notExtracted() {
        return new IllegalStateException(IcmLoraSpark.NAME + " is not registered in the session that runs this query");
    }

    @Override
    public int productArity() {
        return 2;
    }

    @Override
    public Object productElement(int i) {
        return i == 0 ? text : function;
    }

    @Override
    public boolean canEqual(Object other) {
        return other instanceof FunctionCall;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof FunctionCall asked && text.equals(asked.text) && function.equals(asked.function);
    }

    @Override
    public int hashCode() {
        return 31 * text.hashCode() + function.hashCode();
    }

    static <T> Seq<T> sequence(List<? extends T> elements) {
        return CollectionConverters.<T>asScala(List.<T>copyOf(elements)).toSeq();
    }
}
