package dev.icmlora.trainer.train;

import java.util.Arrays;

/// The parts of a [task vector][dev.icmlora.generator.vector.TaskVector], in its order.
enum VectorPart {
    /// The state at the description's last token, and whether there is a description.
    DESCRIPTION,
    /// The mean state before answers, and whether there are examples.
    BEFORE,
    /// The mean state at the answers' ends, and whether there are examples.
    END;

    /// Marks this part's dimensions in `mask`, which has those of a task vector.
    void mark(float[] mask) {
        int hidden = hidden(mask.length);
        Arrays.fill(mask, ordinal() * hidden, (ordinal() + 1) * hidden, 1);
        mask[values().length * hidden + (this == DESCRIPTION ? 0 : 1)] = 1;
    }

    /// Whether a matrix `[units, vector]` has a column for this part's states that is not zero.
    boolean isIn(float[] matrix, int vector) {
        int hidden = hidden(vector);
        for (int row = 0; row < matrix.length; row += vector) {
            for (int i = 0; i < hidden; i++) {
                if (matrix[row + ordinal() * hidden + i] != 0) {
                    return true;
                }
            }
        }
        return false;
    }

    private static int hidden(int vector) {
        return (vector - 2) / values().length;
    }
}
