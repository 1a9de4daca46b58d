package dev.icmlora.spark;

import java.io.Serializable;

import scala.Function1;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;

/// What `mapPartitions` calls: rows whose last column is a text become rows whose last column is the answer to it.
record AnswerPartition(CalledFunction function, Accumulators accumulators)
        implements Function1<Iterator<Object>, Iterator<Object>>, Serializable {

    @Override
    public Iterator<Object> apply(Iterator<Object> rows) {
        return CollectionConverters.asScala(
                new AnsweredRows(CollectionConverters.asJava(rows), function.answers(accumulators), accumulators));
    }

    /// As plans show it.
    @Override
    public String toString() {
        return IcmLoraSpark.NAME + "(" + function + ")";
    }
}
