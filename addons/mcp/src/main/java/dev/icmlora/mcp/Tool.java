package dev.icmlora.mcp;

import com.fasterxml.jackson.databind.node.ObjectNode;

/// Something that an agent can have done.
interface Tool {

    String name();

    /// What it does, for the model that chooses among tools.
    String description();

    /// What its arguments look like: a JSON schema.
    String inputSchema();

    /// Whether it leaves everything as it is.
    boolean isReadOnly();

    /// Does it, for the client whose request is being answered.
    ///
    /// @param arguments which the tool may change
    /// @return the reply, which becomes JSON
    /// @throws dev.icmlora.function.error.RequestException if the client may not, or the arguments are wrong
    Object call(ObjectNode arguments);
}
