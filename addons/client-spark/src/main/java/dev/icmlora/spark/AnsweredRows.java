package dev.icmlora.spark;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Queue;
import java.util.Set;

import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/// The rows of a partition, each with the answer to its text in place of the text, which is the last column. Reads
/// rows ahead until they have as many new texts as one batch takes.
final class AnsweredRows implements Iterator<Object> {

    /// Rows that are held at a time, and characters of their texts.
    private static final int MOST_ROWS = 1024;
    private static final int MOST_CHARACTERS = 1 << 20;
    /// Characters of texts whose answers are cached.
    private static final int MOST_CACHED = 4 << 20;
    /// Characters that as much memory takes as an entry of the cache beside its text.
    private static final int CHARACTERS_OF_ENTRY = 150;

    private final Iterator<Object> rows;
    private final TextAnswers batches;
    private final Accumulators accumulators;
    private final Queue<Object> answered = new ArrayDeque<>();
    /// Answers by their texts, the one that was used last at the end.
    private final LinkedHashMap<String, Answer> cache = new LinkedHashMap<>(16, 0.75f, true);

    private int cached;

    AnsweredRows(Iterator<Object> rows, TextAnswers batches, Accumulators accumulators) {
        this.rows = rows;
        this.batches = batches;
        this.accumulators = accumulators;
    }

    @Override
    public boolean hasNext() {
        if (answered.isEmpty() && rows.hasNext()) {
            answerBatch();
        }
        return !answered.isEmpty();
    }

    @Override
    public Object next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        return answered.remove();
    }

    private void answerBatch() {
        List<Row> batch = new ArrayList<>();
        Map<String, Answer> answers = new HashMap<>();
        Set<String> unknown = new LinkedHashSet<>();
        int characters = 0;
        while (rows.hasNext()
                && batch.size() < MOST_ROWS
                && characters < MOST_CHARACTERS
                && unknown.size() < batches.batchSize()) {
            Row row = (Row) rows.next();
            batch.add(row);
            String text = text(row);
            if (text == null) {
                continue;
            }
            characters += text.length();
            Answer known = cache.get(text);
            if (known == null) {
                unknown.add(text);
            } else {
                answers.put(text, known);
            }
        }
        batches.answers(List.copyOf(unknown)).forEach((text, answer) -> {
            answers.put(text, answer);
            cache(text, answer);
        });
        for (Row row : batch) {
            answered.add(with(row, answers.get(text(row))));
        }
    }

    private static String text(Row row) {
        return row.getString(row.length() - 1);
    }

    private void cache(String text, Answer answer) {
        if (answer.isTransient()) {
            return;
        }
        cache.put(text, answer);
        cached += cost(text);
        Iterator<String> oldest = cache.keySet().iterator();
        while (cached > MOST_CACHED) {
            cached -= cost(oldest.next());
            oldest.remove();
        }
    }

    private static int cost(String text) {
        return text.length() + CHARACTERS_OF_ENTRY;
    }

    /// @param answer null for a row without a text
    private Object with(Row row, Answer answer) {
        Object[] values = new Object[row.length()];
        for (int i = 0; i < values.length - 1; i++) {
            values[i] = row.get(i);
        }
        if (answer != null) {
            values[values.length - 1] = answer.row();
            if (answer.output() != null) {
                accumulators.answers().add(1);
            }
        }
        return RowFactory.create(values);
    }
}
