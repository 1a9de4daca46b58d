package dev.icmlora.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

import dev.icmlora.evaluation.TaskResult.Group;

/// The tasks on two planes: the two directions in which their vectors differ most, and those of their latents.
///
/// @param vectorShare of the vectors' variance that the plane shows
/// @param latentShare of the latents'
record TaskMap(List<Point> points, double vectorShare, double latentShare) {

    /// @param vector coordinates among the standardised task vectors
    /// @param latent coordinates among the latents
    record Point(String task, String family, Group group, double[] vector, double[] latent) {}

    static TaskMap of(List<KnownTask> tasks) {
        Plane vectors = plane(tasks, KnownTask::vector);
        Plane latents = plane(tasks, KnownTask::latent);
        List<Point> points = new ArrayList<>();
        for (int i = 0; i < tasks.size(); i++) {
            KnownTask task = tasks.get(i);
            points.add(new Point(
                    task.task().id(),
                    task.task().family(),
                    task.group(),
                    vectors.coordinates[i],
                    latents.coordinates[i]));
        }
        return new TaskMap(points, vectors.share, latents.share);
    }

    private record Plane(double[][] coordinates, double share) {}

    /// Principal components through the tasks' inner products, of which there are fewer than dimensions.
    private static Plane plane(List<KnownTask> tasks, Function<KnownTask, float[]> values) {
        RealMatrix rows = centred(tasks.stream().map(values).toList());
        EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(rows.multiplyTransposed(rows));
        double[] variances = eigen.getEigenvalues();
        double total = 0;
        for (double variance : variances) {
            total += Math.max(0, variance);
        }
        double[][] coordinates = new double[tasks.size()][2];
        double shown = 0;
        for (int axis = 0; axis < Math.min(2, variances.length); axis++) {
            double length = Math.sqrt(Math.max(0, variances[axis]));
            shown += length * length;
            for (int i = 0; i < coordinates.length; i++) {
                coordinates[i][axis] = length * eigen.getEigenvector(axis).getEntry(i);
            }
        }
        return new Plane(coordinates, total == 0 ? 1 : shown / total);
    }

    private static RealMatrix centred(List<float[]> vectors) {
        RealMatrix rows = MatrixUtils.createRealMatrix(vectors.size(), vectors.getFirst().length);
        for (int column = 0; column < rows.getColumnDimension(); column++) {
            double sum = 0;
            for (float[] vector : vectors) {
                sum += vector[column];
            }
            for (int row = 0; row < vectors.size(); row++) {
                rows.setEntry(row, column, vectors.get(row)[column] - sum / vectors.size());
            }
        }
        return rows;
    }
}
