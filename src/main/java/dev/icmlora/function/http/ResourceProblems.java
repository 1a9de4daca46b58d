package dev.icmlora.function.http;

import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.Response;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

import dev.icmlora.function.error.Problem;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.RequestException;

/// Problems of JAX-RS resources and of paths that nothing serves.
@Singleton
final class ResourceProblems {

    private final Problems problems;

    ResourceProblems(Problems problems) {
        this.problems = problems;
    }

    @ServerExceptionMapper
    Response map(RequestException failure) {
        return response(failure.problem());
    }

    @ServerExceptionMapper
    Response map(WebApplicationException failure) {
        var original = failure.getResponse();
        var problem = Problems.of(original.getStatus(), failure.getMessage());
        var response = Response.fromResponse(original).entity(problem);
        return response.header(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE).build();
    }

    @ServerExceptionMapper
    Response map(RuntimeException failure) {
        return response(problems.of(failure));
    }

    private static Response response(Problem problem) {
        return Response.status(problem.status())
                .header(HttpHeaders.CONTENT_TYPE, Problem.MEDIA_TYPE)
                .entity(problem)
                .build();
    }
}
