package dev.icmlora.llama;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

import dev.icmlora.capi.GgmlBackendH.EvalCallback;
import dev.icmlora.capi.GgmlTensor;

/// What looks at nodes of a context's graph, or changes them, while it is computed.
abstract class NodeObserver {
    private RuntimeException failure;

    /// Whether it wants no node of this decode, so that none need be shown to it.
    abstract boolean isIdle();

    /// Whether a node's values are wanted.
    abstract boolean wants(GgmlTensor node);

    /// Takes the values of a node that is wanted.
    ///
    /// @return whether the rest of the graph is to be computed
    abstract boolean take(GgmlTensor node);

    /// Forgets the failure of the decode before.
    void begin() {
        failure = null;
    }

    /// @throws RuntimeException what it failed with in this decode
    void requireNoFailure() {
        if (failure != null) {
            throw failure;
        }
    }

    /// What a context calls for each node. It is collected, not closed, with what holds it: any thread makes it,
    /// and a native image cannot close an arena that others might use.
    ///
    /// @param observers that want different nodes
    static MemorySegment callback(List<NodeObserver> observers) {
        return EvalCallback.pointer((node, ask, data) -> observe(observers, node, ask), Arena.ofAuto());
    }

    private static boolean observe(List<NodeObserver> observers, MemorySegment node, boolean ask) {
        for (NodeObserver observer : observers) {
            if (!observer.isIdle() && observer.isFor(node)) {
                return ask || observer.taken(node);
            }
        }
        return !ask;
    }

    /// An exception that left an upcall would end the process.
    private boolean isFor(MemorySegment node) {
        try {
            return wants(GgmlTensor.at(node));
        } catch (RuntimeException | Error e) {
            fail(e);
            return false;
        }
    }

    private boolean taken(MemorySegment node) {
        try {
            return take(GgmlTensor.at(node));
        } catch (RuntimeException | Error e) {
            fail(e);
            return true;
        }
    }

    private void fail(Throwable e) {
        failure = e instanceof RuntimeException exception
                ? exception
                : new IllegalStateException("a node of the graph could not be read or changed", e);
    }
}
