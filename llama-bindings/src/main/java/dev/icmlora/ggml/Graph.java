package dev.icmlora.ggml;

import static dev.icmlora.ggml.Checks.extent;
import static dev.icmlora.ggml.Checks.fourDimensions;
import static dev.icmlora.ggml.Checks.isFloat;
import static dev.icmlora.ggml.Checks.isWeightType;
import static dev.icmlora.ggml.Checks.pointer;
import static dev.icmlora.ggml.Checks.require;
import static dev.icmlora.ggml.Checks.requireBroadcast;
import static dev.icmlora.ggml.Checks.requireDense;
import static dev.icmlora.ggml.Checks.requireDimension;
import static dev.icmlora.ggml.Checks.requireEpsilon;
import static dev.icmlora.ggml.Checks.requireType;
import static dev.icmlora.ggml.Checks.strideIsElement;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

import dev.icmlora.capi.CString;
import dev.icmlora.capi.GgmlBackendH;
import dev.icmlora.capi.GgmlH;
import dev.icmlora.capi.GgmlOpsH;
import dev.icmlora.capi.GgmlTensor;
import dev.icmlora.capi.NativeHandle;
import dev.icmlora.ggml.TensorStore.TensorPool;

/// A computation: built once from inputs, stored tensors and operations, then computed as often as wanted.
///
/// Order: operations, [#output] for each result, [#build], set the inputs, [#compute], read the outputs. The
/// scheduler of ggml places each operation on the backend, or on the CPU if the backend lacks it, and owns
/// the memory of everything in between. Inputs keep their values from one computation to the next.
///
/// Shapes are in ggml order. ggml checks them with assertions that end the process, so every operation checks
/// here first and throws [IllegalArgumentException]. Belongs to one thread at a time; stores and backend live
/// at least as long.
public final class Graph implements AutoCloseable {
    /// Operations that are computed before the clock is looked at.
    private static final int PIECE = 32;

    private final TensorPool pool;
    private final MemorySegment graph;
    /// Another C graph, for [#PIECE] operations.
    private final MemorySegment piece;
    private final int graphSize;
    private final GraphMemory memory;
    private final NativeHandle handle;
    private final Set<NativeHandle> held = new LinkedHashSet<>();
    private final List<Tensor> indices = new ArrayList<>();
    /// 0 before [#build].
    private int operations;
    /// The operation that comes next where the graph is computed in pieces.
    private int next;
    /// Operations that the piece has.
    private int inPiece;

    private Graph(TensorPool pool, MemorySegment graph, int graphSize, MemorySegment piece, GraphMemory memory) {
        this.pool = pool;
        this.graph = graph;
        this.piece = piece;
        this.graphSize = graphSize;
        this.memory = memory;
        this.handle = new NativeHandle("graph", pool.context(), this::free);
        keepAlive(memory.handle());
    }

    /// A graph with memory of its own.
    ///
    /// @param tensors most inputs and operations together
    public static Graph create(Backend backend, int tensors) {
        try (GraphMemory own = GraphMemory.create(backend, tensors)) {
            return create(own, tensors);
        }
    }

    /// A graph that is computed in memory which others have before and after it.
    ///
    /// @param tensors most inputs and operations together
    public static Graph create(GraphMemory memory, int tensors) {
        memory.handle().get();
        int size = GraphMemory.size(tensors);
        long overhead = GgmlH.ggml_graph_overhead_custom(size, false) + GgmlH.ggml_graph_overhead_custom(PIECE, false);
        TensorPool pool = new TensorPool(tensors, overhead);
        MemorySegment graph = GgmlH.ggml_new_graph_custom(pool.context(), size, false);
        MemorySegment piece = GgmlH.ggml_new_graph_custom(pool.context(), PIECE, false);
        return new Graph(pool, graph, size, piece, memory);
    }

    /// A value that is set from outside, after [#build] and before [#compute].
    public Tensor input(String name, GgmlType type, long... shape) {
        requireUnbuilt();
        TensorInfo info = new TensorInfo(name, type, shape);
        GgmlTensor tensor = pool.create(info);
        GgmlH.ggml_set_input(tensor.struct());
        // Also an output, so that the allocator does not hand its memory to a later operation and a value set once
        // stays.
        GgmlH.ggml_set_output(tensor.struct());
        return new Tensor(handle, tensor, info);
    }

    /// Element-wise sum; `b` is repeated to the shape of `a`. Both F32.
    public Tensor add(Tensor a, Tensor b) {
        requireBroadcast(a, b);
        return result(GgmlOpsH.ggml_add(begin(a, b), pointer(a), pointer(b)));
    }

    /// Element-wise difference; `b` is repeated to the shape of `a`. Both F32.
    public Tensor sub(Tensor a, Tensor b) {
        requireBroadcast(a, b);
        return result(GgmlOpsH.ggml_sub(begin(a, b), pointer(a), pointer(b)));
    }

    /// Element-wise product; `b` is repeated to the shape of `a`. Both F32.
    public Tensor mul(Tensor a, Tensor b) {
        requireBroadcast(a, b);
        return result(GgmlOpsH.ggml_mul(begin(a, b), pointer(a), pointer(b)));
    }

    /// `b` times the transpose of `a`: `a` is `[k, n, p, q]` of any float or quantised type, `b` is `[k, m, p
    /// x i, q x j]` F32, and the result `[n, m, p x i, q x j]` F32. With `a` as a weight matrix of n rows
    /// this is `y = a x` for each of the m columns of b.
    public Tensor mulMat(Tensor a, Tensor b) {
        requireType(b, GgmlType.F32);
        require(isWeightType(a), "no type of weights", a);
        require(strideIsElement(a) && strideIsElement(b), "transposed", a, b);
        require(extent(a, 0) == extent(b, 0), "first dimensions differ", a, b);
        require(
                extent(b, 2) % extent(a, 2) == 0 && extent(b, 3) % extent(a, 3) == 0,
                "outer dimensions do not repeat",
                a,
                b);
        return result(GgmlOpsH.ggml_mul_mat(begin(a, b), pointer(a), pointer(b)));
    }

    /// `a` times a number. F32, contiguous.
    public Tensor scale(Tensor a, float factor) {
        requireDense(a);
        return result(GgmlOpsH.ggml_scale(begin(a), pointer(a), factor));
    }

    /// `x * sigmoid(x)`. F32, contiguous, as all functions of one tensor.
    public Tensor silu(Tensor a) {
        requireDense(a);
        return result(GgmlOpsH.ggml_silu(begin(a), pointer(a)));
    }

    public Tensor sigmoid(Tensor a) {
        requireDense(a);
        return result(GgmlOpsH.ggml_sigmoid(begin(a), pointer(a)));
    }

    /// Each row minus its mean, divided by its standard deviation: layer norm without weights.
    public Tensor norm(Tensor a, float epsilon) {
        requireEpsilon(epsilon);
        requireDense(a);
        return result(GgmlOpsH.ggml_norm(begin(a), pointer(a), epsilon));
    }

    /// Each row divided by its root mean square.
    public Tensor rmsNorm(Tensor a, float epsilon) {
        requireEpsilon(epsilon);
        requireDense(a);
        return result(GgmlOpsH.ggml_rms_norm(begin(a), pointer(a), epsilon));
    }

    /// Softmax of each row.
    public Tensor softMax(Tensor a) {
        requireDense(a);
        return result(GgmlOpsH.ggml_soft_max(begin(a), pointer(a)));
    }

    /// Joins two F32 tensors along a dimension; all others agree.
    public Tensor concat(Tensor a, Tensor b, int dimension) {
        requireType(a, GgmlType.F32);
        requireType(b, GgmlType.F32);
        requireDimension(dimension);
        for (int i = 0; i < GgmlTensor.MAX_DIMENSIONS; i++) {
            require(i == dimension || extent(a, i) == extent(b, i), "shapes do not join", a, b);
        }
        return result(GgmlOpsH.ggml_concat(begin(a, b), pointer(a), pointer(b), dimension));
    }

    /// The same elements under another shape. Contiguous.
    public Tensor reshape(Tensor a, long... shape) {
        require(a.isContiguous(), "not contiguous", a);
        long[] ne = fourDimensions(a, shape);
        require(new TensorInfo(a.name(), a.type(), shape).elements() == a.elements(), "other number of elements", a);
        return result(GgmlOpsH.ggml_reshape_4d(begin(a), pointer(a), ne[0], ne[1], ne[2], ne[3]));
    }

    /// The part `[from, to)` of a dimension, without copying.
    ///
    /// @throws IllegalArgumentException if it is empty, out of range, cuts a quantised block, or is of a
    /// tensor whose elements do not lie side by side
    public Tensor view(Tensor a, int dimension, long from, long to) {
        requireDimension(dimension);
        require(strideIsElement(a), "transposed", a);
        require(from >= 0 && from < to && to <= extent(a, dimension), "no part " + from + " to " + to, a);
        int block = dimension == 0 ? a.type().blockElements() : 1;
        require(from % block == 0 && to % block == 0, "cuts a block", a);
        long[] ne = new long[GgmlTensor.MAX_DIMENSIONS];
        Arrays.setAll(ne, i -> i == dimension ? to - from : extent(a, i));
        GgmlTensor tensor = a.struct();
        long offset = from / block * tensor.nb(dimension);
        return result(GgmlOpsH.ggml_view_4d(
                begin(a), pointer(a), ne[0], ne[1], ne[2], ne[3], tensor.nb(1), tensor.nb(2), tensor.nb(3), offset));
    }

    /// Reorders dimensions without copying: dimension i of `a` becomes dimension `axes[i]` of the result.
    public Tensor permute(Tensor a, int axis0, int axis1, int axis2, int axis3) {
        require(
                Set.of(0, 1, 2, 3).equals(new LinkedHashSet<>(List.of(axis0, axis1, axis2, axis3))),
                "axes are no permutation of 0 to 3",
                a);
        require(a.type().blockElements() == 1, "quantised", a);
        return result(GgmlOpsH.ggml_permute(begin(a), pointer(a), axis0, axis1, axis2, axis3));
    }

    /// A contiguous copy of a view.
    public Tensor cont(Tensor a) {
        require(a.type().blockElements() == 1, "quantised", a);
        return result(GgmlOpsH.ggml_cont(begin(a), pointer(a)));
    }

    /// Converts between F32, F16 and BF16, and, of contiguous tensors with rows of whole blocks, between F32 and Q8_0.
    public Tensor cast(Tensor a, GgmlType type) {
        require(
                isFloat(a.type()) && isFloat(type) || isTo8Bits(a, type) || isFrom8Bits(a, type),
                "no cast to " + type,
                a);
        return result(GgmlOpsH.ggml_cast(begin(a), pointer(a), type.id()));
    }

    private static boolean isTo8Bits(Tensor a, GgmlType type) {
        return a.type() == GgmlType.F32
                && type == GgmlType.Q8_0
                && a.isContiguous()
                && extent(a, 0) % type.blockElements() == 0;
    }

    private static boolean isFrom8Bits(Tensor a, GgmlType type) {
        return a.type() == GgmlType.Q8_0 && type == GgmlType.F32 && a.isContiguous();
    }

    /// Copies into another tensor, which may belong to a store or an adapter, converting between F32, F16 and
    /// BF16. The result is a view of `destination`; make it an [#output] for the copy to happen.
    public Tensor cpy(Tensor source, Tensor destination) {
        require(isFloat(source.type()) && isFloat(destination.type()), "no float type", source, destination);
        require(source.elements() == destination.elements(), "other number of elements", source, destination);
        return result(GgmlOpsH.ggml_cpy(begin(source, destination), pointer(source), pointer(destination)));
    }

    /// Looks rows up: `table` is `[k, rows]` of any float or quantised type, `rows` an I32 input `[n]` of
    /// this graph, the result `[k, n]` F32. The input must be set before every first [#compute], and its
    /// values are checked then.
    public Tensor getRows(Tensor table, Tensor rows) {
        require(isWeightType(table), "no type of weights", table);
        require(strideIsElement(table), "transposed", table);
        require(extent(table, 2) == 1 && extent(table, 3) == 1 && rows.shape().length == 1, "shapes", table, rows);
        index(rows, extent(table, 1));
        return result(GgmlOpsH.ggml_get_rows(begin(table, rows), pointer(table), pointer(rows)));
    }

    /// From now on an input holds numbers of rows, which are checked when they are set.
    void index(Tensor rows, long limit) {
        requireType(rows, GgmlType.I32);
        require(rows.owner() == handle && !rows.isComputed(), "no input of this graph", rows);
        rows.limitIndices(limit);
        indices.add(rows);
    }

    /// Marks a result as wanted: it is computed and its memory is not reused.
    public void output(Tensor tensor) {
        computeHere(tensor);
        GgmlH.ggml_set_output(pointer(tensor));
    }

    /// Has a result computed before all that is made from now on. Without it, it is computed when it is first needed,
    /// and what it is made of is kept until then.
    public void computeHere(Tensor tensor) {
        requireUnbuilt();
        require(tensor.owner() == handle, "of another graph", tensor);
        GgmlH.ggml_build_forward_expand(graph, pointer(tensor));
    }

    /// Places the operations and allocates all memory. No operation can be added afterwards.
    ///
    /// @throws IllegalStateException if there is no output
    /// @throws NativeCallException if the memory cannot be had
    public void build() {
        requireUnbuilt();
        int nodes = GgmlH.ggml_graph_n_nodes(graph);
        if (nodes == 0) {
            throw new IllegalStateException("a graph needs an output");
        }
        memory.place(graph, graphSize, nodes);
        operations = nodes;
    }

    /// Operations that the preferred backend lacks, so that the CPU computes them, each named once, such as
    /// `OUT_PROD`; of a built graph.
    public List<String> unsupported() {
        requireBuilt();
        MemorySegment preferred = memory.backends().getFirst().held();
        Set<String> names = new TreeSet<>();
        for (int i = 0; i < operations; i++) {
            MemorySegment node = GgmlH.ggml_graph_node(graph, i);
            if (!GgmlBackendH.ggml_backend_supports_op(preferred, node)) {
                names.add(CString.read(GgmlH.ggml_op_desc(node)));
            }
        }
        return List.copyOf(names);
    }

    /// Runs the graph and waits for it.
    ///
    /// @throws IllegalStateException before [#build], or if rows to look up were not set
    /// @throws NativeCallException if the computation fails
    public void compute() {
        requireComputable();
        next = 0;
        requireSuccess(
                "ggml_backend_sched_graph_compute",
                GgmlBackendH.ggml_backend_sched_graph_compute(memory.handle().held(), graph));
    }

    /// Runs the graph a few operations at a time, until it is computed or the time is over, and goes on with the
    /// next call. Nothing may be set before it is computed. Together the calls compute what [#compute] does. Where
    /// there is another device than the CPU, the first call runs it whole.
    ///
    /// @param time after which no further operations begin
    /// @return whether it is computed
    /// @throws IllegalStateException before [#build], or if rows to look up were not set
    /// @throws NativeCallException if the computation fails
    public boolean computeFor(Duration time) {
        // Between two devices, the scheduler copies what one of them needs from the other, for a graph as a whole.
        if (memory.backends().size() > 1) {
            compute();
            return true;
        }
        requireComputable();
        long end = System.nanoTime() + time.toNanos();
        do {
            computePiece();
        } while (next < operations && System.nanoTime() < end);
        boolean computed = next == operations;
        next = computed ? 0 : next;
        return computed;
    }

    /// All memory has its place: a piece computes what the whole would.
    private void computePiece() {
        int count = Math.min(PIECE, operations - next);
        if (count == inPiece) {
            // One copy of pointers: a native executable takes some 15 µs for each call to C.
            MemorySegment all = GgmlH.ggml_graph_nodes(graph, operations);
            long size = ValueLayout.ADDRESS.byteSize();
            GgmlH.ggml_graph_nodes(piece, count).copyFrom(all.asSlice(next * size, count * size));
        } else {
            GgmlH.ggml_graph_clear(piece);
            for (int i = next; i < next + count; i++) {
                GgmlH.ggml_graph_add_node(piece, GgmlH.ggml_graph_node(graph, i));
            }
            inPiece = count;
        }
        next += count;
        requireSuccess(
                "ggml_backend_graph_compute",
                GgmlBackendH.ggml_backend_graph_compute(
                        memory.backends().getFirst().held(), piece));
    }

    private static void requireSuccess(String function, int status) {
        if (status != 0) {
            throw new NativeCallException(function, status, CString.read(GgmlH.ggml_status_to_string(status)));
        }
    }

    private void requireComputable() {
        requireBuilt();
        for (Tensor rows : indices) {
            if (rows.isUnwrittenIndex()) {
                throw new IllegalStateException(rows + " is not set");
            }
        }
    }

    private boolean isBuilt() {
        return operations > 0;
    }

    private void requireBuilt() {
        handle.get();
        if (!isBuilt()) {
            throw new IllegalStateException("this graph is not built yet");
        }
        if (!memory.has(graph)) {
            throw new IllegalStateException("another graph has taken this one's memory");
        }
    }

    private void requireUnbuilt() {
        handle.get();
        if (isBuilt()) {
            throw new IllegalStateException("this graph is built already");
        }
    }

    /// The context for one more operation on these tensors.
    ///
    /// @throws IllegalArgumentException if one is not allocated yet, or of another graph
    MemorySegment begin(Tensor... arguments) {
        requireUnbuilt();
        for (Tensor argument : arguments) {
            if (argument.owner() != handle) {
                // A tensor of a store: the scheduler needs to know where it lies.
                require(argument.isAllocated(), "not allocated yet, or of another graph", argument);
                keepAlive(argument.owner());
            }
        }
        pool.claim();
        return pool.context();
    }

    private void keepAlive(NativeHandle owner) {
        if (!held.contains(owner)) {
            owner.hold();
            held.add(owner);
        }
    }

    Tensor result(MemorySegment tensor) {
        return Tensor.of(handle, GgmlTensor.at(tensor)).asComputed();
    }

    private void free(MemorySegment context) {
        memory.remove(graph);
        GgmlH.ggml_free(context);
        held.forEach(NativeHandle::drop);
    }

    @Override
    public void close() {
        handle.close();
    }
}
