package dev.icmlora.function.events;

import static dev.icmlora.function.events.EventMapper.missing;
import static dev.icmlora.function.events.EventMapper.required;
import static dev.icmlora.function.events.EventMapper.text;

import java.util.regex.Pattern;

import com.fasterxml.jackson.databind.JsonNode;

import dev.icmlora.function.events.StorageEvent.ObjectCreated;
import dev.icmlora.function.storage.Bucket;

/// Azure Blob Storage by Event Grid, in its CloudEvents schema. Container and blob are named by the subject, unencoded;
/// the account only by the URL.
record AzureEvents() implements EventMapper {

    private static final Pattern SUBJECT =
            Pattern.compile("/blobServices/[^/]+/containers/([^/]+)/blobs/(.+)", Pattern.DOTALL);

    /// No address, which is what the emulator has.
    private static final Pattern HOST_NAME =
            Pattern.compile("(?!(?:localhost|[0-9.]+)(?::|$))([A-Za-z0-9-]+)[A-Za-z0-9.-]*(?::\\d+)?");

    @Override
    public boolean accepts(String type) {
        return type.equals("Microsoft.Storage.BlobCreated");
    }

    @Override
    public ObjectCreated map(String subject, JsonNode data) {
        var path = SUBJECT.matcher(subject);
        if (!path.matches()) {
            throw missing("/subject (/blobServices/default/containers/…/blobs/…)");
        }
        return new ObjectCreated(
                Bucket.azure(account(required(data, "/url")), path.group(1)),
                path.group(2),
                text(data, "/eTag").map(EventMapper::unquoted));
    }

    /// `https://account.blob.core.windows.net/...`, or `http://127.0.0.1:10000/account/...` of the emulator.
    private static String account(String url) {
        // The blob's name may hold anything; scheme, host and the first folder are all that is asked for.
        var parts = url.split("/", 5);
        if (parts.length < 5 || !parts[1].isEmpty()) {
            throw missing("/data/url (https://account…/container/blob)");
        }
        var host = HOST_NAME.matcher(parts[2]);
        return host.matches() ? host.group(1) : parts[3];
    }
}
