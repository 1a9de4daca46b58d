package dev.icmlora.function.adapters;

import java.util.regex.Pattern;

import dev.icmlora.function.access.Tenant;

/// An adapter as one tenant knows it. Ids are hashes of the weights, so several tenants may have the same.
public record OwnedId(Tenant tenant, String id) {

    /// What ids look like.
    public static final Pattern FORM = Pattern.compile("sha256:[0-9a-f]{64}");

    /// Whether this has the form of an adapter's id.
    public static boolean isId(String id) {
        return FORM.matcher(id).matches();
    }
}
