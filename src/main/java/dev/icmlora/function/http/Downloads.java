package dev.icmlora.function.http;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.StreamingOutput;

import dev.icmlora.function.access.Access;
import dev.icmlora.function.access.CallerShare;
import dev.icmlora.function.admission.CallerLimit;
import dev.icmlora.function.error.RequestException;

/// Replies that may be large: files, and JSON of many or long entries. They are sent in pieces, by so many requests at
/// once, since each keeps what it sends from, such as a connection to the store. Methods of resources that reply so
/// have a virtual thread.
@Singleton
public final class Downloads {

    private static final int MOST = 32;

    private final CallerLimit downloads;
    private final Access access;
    private final ObjectMapper mapper;

    Downloads(CallerShare share, Access access, ObjectMapper mapper) {
        this.downloads = new CallerLimit(MOST, share::of, "downloads are on their way");
        this.access = access;
        this.mapper = mapper;
    }

    /// Takes a place until the last byte is sent, or the client has left.
    ///
    /// @throws RequestException if there is none
    public void take(RoutingContext context) {
        RequestEnd.of(context).then(downloads.enter(access.caller(context).payer())::leave);
    }

    /// JSON, of a request that has a place.
    public Response json(Object entity) {
        var download = new Download(out -> mapper.writeValue(out, entity), null);
        return Response.ok(download, MediaType.APPLICATION_JSON_TYPE).build();
    }

    /// A file or the part that a client asks for, of a request that has a place.
    ///
    /// @param content writes the whole file
    /// @param range the header `Range`, or null
    public static Response.ResponseBuilder file(long bytes, StreamingOutput content, String range) {
        var asked = ByteRange.of(range, bytes);
        if (asked.isEmpty()) {
            return part(Response.Status.OK, content, new ByteRange(0, bytes - 1));
        }
        var part = asked.get();
        if (part.bytes() == 0) {
            return Response.status(Response.Status.REQUESTED_RANGE_NOT_SATISFIABLE)
                    .entity(new byte[0])
                    .header("Content-Range", "bytes */" + bytes);
        }
        return part(Response.Status.PARTIAL_CONTENT, content, part)
                .header("Content-Range", "bytes %d-%d/%d".formatted(part.from(), part.to(), bytes));
    }

    private static Response.ResponseBuilder part(Response.Status status, StreamingOutput content, ByteRange range) {
        return Response.status(status)
                .entity(new Download(content, range))
                .header("Accept-Ranges", "bytes")
                .header(HttpHeaders.CONTENT_LENGTH, range.bytes());
    }
}
