package dev.icmlora.function.http;

import jakarta.inject.Singleton;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.UriInfo;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import dev.icmlora.function.error.ErrorReply;
import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.RequestException;

/// What [Problems] says of a failure, as replies of JAX-RS resources and of paths that nothing serves.
@Singleton
final class ResourceProblems {

    private final Problems problems;

    ResourceProblems(Problems problems) {
        this.problems = problems;
    }

    @ServerExceptionMapper
    Response map(RequestException failure, UriInfo uri) {
        return response(failure.problem(), uri);
    }

    @ServerExceptionMapper
    Response map(NotFoundException failure, UriInfo uri) {
        return response(Problems.nothingAt(uri.getPath()), uri);
    }

    @ServerExceptionMapper
    Response map(WebApplicationException failure, UriInfo uri) {
        return response(Problems.of(failure.getResponse().getStatus(), failure.getMessage()), uri);
    }

    @ServerExceptionMapper
    Response map(RuntimeException failure, UriInfo uri) {
        return response(problems.of(failure), uri);
    }

    private static Response response(Problem problem, UriInfo uri) {
        var reply = ErrorReply.of(problem, uri.getPath());
        var response = Response.status(reply.status())
                .header(HttpHeaders.CONTENT_TYPE, reply.mediaType())
                .entity(reply.body());
        reply.retryAfter().ifPresent(seconds -> response.header(HttpHeaders.RETRY_AFTER, seconds));
        return response.build();
    }
}
