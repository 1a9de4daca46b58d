package dev.icmlora.engine.tune;

/// A norm of a layer, by the root mean square and with a weight for each feature. An [Architecture] has some of
/// them.
public enum Norm {
    ATTENTION("attn_norm"),
    /// Of each head of the queries by itself, before they are turned.
    QUERY("attn_q_norm"),
    /// Of each head of the keys by itself, before they are turned.
    KEY("attn_k_norm"),
    /// Of what attention gave, before it is added.
    ATTENTION_RESULT("post_attention_norm"),
    FEED_FORWARD("ffn_norm"),
    /// Of what the feed-forward part gave, before it is added.
    FEED_FORWARD_RESULT("post_ffw_norm");

    private final String file;

    Norm(String file) {
        this.file = file;
    }

    /// Its name in model files.
    String file() {
        return file;
    }
}
