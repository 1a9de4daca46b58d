package dev.icmlora.function.access;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Base64;
import java.util.Optional;
import java.util.Set;

import io.smallrye.mutiny.Uni;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;

import dev.icmlora.function.access.Caller.Role;
import dev.icmlora.function.access.Caller.TokenAccount;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.FunctionConfig.Tenancy;
import dev.icmlora.function.config.Setting;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.error.Problems;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

/// Finds out the caller of a request, counts its requests, checks its roles, and says how much one caller may have.
///
/// With API keys or tokens, everything but health needs one: as bearer token, or, so that a browser can ask its user
/// for it, a key as the password of basic authentication.
@Singleton
public final class Access {

    private static final String BEARER = "bearer ";
    private static final String BASIC = "basic ";
    private static final String HEALTH = "/q/health";
    private static final String CALLER = Access.class.getName() + ".caller";

    private final ApiKeys keys;
    private final Tokens tokens;
    private final RateLimit rateLimit;
    private final Tenancy tenancy;
    private final Problems problems;

    /// The caller as its key or token names it.
    ///
    /// @param name of one whom the function knows; empty where callers need not say who they are
    /// @param roles that it has
    /// @param grant a sentence about what gives it its roles
    record Identity(String name, Set<Role> roles, String grant) {

        static final Identity ANYBODY = new Identity("", Set.of(Role.ADMIN), "everybody has all");

        private static final Set<Role> OF_TOKENS = Set.of(Role.CALL, Role.UPLOAD);
        private static final Set<Role> OF_SENDERS = Set.of(Role.EVENTS);
        private static final String GRANT_OF_TOKENS =
                "a token has call and upload or, where %s lists its subject, events alone"
                        .formatted(new Setting("icm-lora.events.senders"));

        Identity {
            roles = Set.copyOf(roles);
        }

        /// @param key name of an API key
        static Identity ofKey(String key, Set<Role> roles) {
            return new Identity("key:" + key, roles, "%s says which ones this key has".formatted(ApiKeys.rolesOf(key)));
        }

        /// @param issuer a URL, so without a space
        /// @param isSender whether it may send events, and do nothing else
        static Identity ofToken(String issuer, String subject, boolean isSender) {
            return new Identity("oidc:" + issuer + " " + subject, isSender ? OF_SENDERS : OF_TOKENS, GRANT_OF_TOKENS);
        }

        /// Whose limits count. It is kept with jobs, where no reader may learn who they are.
        String payer() {
            return name.isEmpty() ? "" : Tenant.of(name).id();
        }
    }

    /// @throws StartupException if there are to be tenants, and no caller has to say which one it is
    Access(ApiKeys keys, Tokens tokens, RateLimit rateLimit, FunctionConfig config, Problems problems) {
        this.keys = keys;
        this.tokens = tokens;
        this.rateLimit = rateLimit;
        this.tenancy = config.tenancy();
        this.problems = problems;
        if (tenancy == Tenancy.KEY && !isGuarded()) {
            throw new StartupException("icm-lora.tenancy (ICM_LORA_TENANCY) is key, but there is no API key and no "
                    + "issuer of tokens: callers could not be told apart");
        }
    }

    /// Whether a caller needs a key or a token.
    boolean isGuarded() {
        return !keys.isEmpty() || tokens.areEnabled();
    }

    /// The share of one caller in what all callers use: half, or all where nothing tells callers apart.
    ///
    /// @return 1 at least
    public int share(int capacity) {
        var isOne = keys.callers() < 2 && !tokens.areEnabled();
        return isOne ? capacity : Math.max(1, capacity / 2);
    }

    /// Finds out who asks, and lets the request go on or answers it.
    public void guard(RoutingContext context) {
        if (context.normalizedPath().startsWith(HEALTH)) {
            context.next();
        } else if (context.get(CALLER) != null) {
            // Led elsewhere, and let in already.
            proceed(context);
        } else {
            admit(context);
        }
    }

    /// Quarkus' own routes do not ask who may have them: only callers that read metrics may.
    private void proceed(RoutingContext context) {
        if (isOperation(context)) {
            try {
                require(context, Role.METRICS);
            } catch (RequestException e) {
                problems.write(e.problem(), context);
                return;
            }
        }
        context.next();
    }

    private static boolean isOperation(RoutingContext context) {
        return context.normalizedPath().startsWith("/q/");
    }

    /// Lets a request go on, now or later, or answers it: 401, 429 or 503. Nothing of its body is read before.
    private void admit(RoutingContext context) {
        var request = context.request();
        if (!request.isEnded()) {
            request.pause();
        }
        var identified = identify(context);
        (isOperation(context) ? identified : identified.invoke(rateLimit::count))
                .subscribe()
                .with(
                        identity -> {
                            context.put(CALLER, caller(identity));
                            resume(request);
                            proceed(context);
                        },
                        failure -> {
                            resume(request);
                            refuse(failure, context);
                        });
    }

    /// What has come meanwhile is given to handlers in a later turn of the event loop.
    private static void resume(HttpServerRequest request) {
        if (!request.isEnded()) {
            request.resume();
        }
    }

    private Uni<Identity> identify(RoutingContext context) {
        if (!isGuarded()) {
            return Uni.createFrom().item(Identity.ANYBODY);
        }
        var header = Optional.ofNullable(context.request().getHeader(HttpHeaders.AUTHORIZATION));
        var bearer = header.flatMap(text -> after(BEARER, text));
        var byKey = bearer.or(() -> header.flatMap(Access::password)).flatMap(keys::callerOf);
        if (byKey.isPresent()) {
            return Uni.createFrom().item(byKey.get());
        }
        if (bearer.isEmpty()) {
            return Uni.createFrom().failure(RequestException::unauthorized);
        }
        var eventLoop = context.vertx().getOrCreateContext();
        return tokens.callerOf(bearer.get()).emitOn(work -> eventLoop.runOnContext(now -> work.run()));
    }

    private static Optional<String> after(String scheme, String header) {
        return Optional.of(header)
                .filter(text -> text.regionMatches(true, 0, scheme, 0, scheme.length()))
                .map(text -> text.substring(scheme.length()).strip());
    }

    private static Optional<String> password(String header) {
        try {
            return after(BASIC, header)
                    .map(encoded -> new String(Base64.getDecoder().decode(encoded), UTF_8))
                    .map(userAndPassword -> userAndPassword.substring(userAndPassword.indexOf(':') + 1));
        } catch (IllegalArgumentException notBase64) {
            return Optional.empty();
        }
    }

    private void refuse(Throwable failure, RoutingContext context) {
        if (failure instanceof RequestException refused && refused.is(Kind.UNAUTHORIZED)) {
            context.response().putHeader("WWW-Authenticate", challenge());
        }
        problems.writeEarly(problems.of(failure), context);
    }

    private String challenge() {
        return keys.isEmpty() ? "Bearer" : "Bearer, Basic realm=\"icm-lora\", charset=\"UTF-8\"";
    }

    private Caller caller(Identity identity) {
        var tenant = switch (tenancy) {
            case NONE -> Tenant.SHARED;
            case KEY -> Tenant.of(identity.name());
        };
        return new Caller(tenant, account(identity.payer()), identity.roles(), identity.grant());
    }

    /// The tokens that a payer may use: an opaque text that finds the account again.
    public TokenAccount account(String payer) {
        return rateLimit.account(payer);
    }

    /// The caller of an admitted request, who must have one of these roles.
    ///
    /// @throws RequestException if it has none of them, or the request was not admitted
    public Caller require(RoutingContext context, Role... anyOf) {
        var caller = caller(context);
        caller.require(anyOf);
        return caller;
    }

    /// The caller of an admitted request, who must be one that may take something away: where all callers share it,
    /// not everybody may.
    ///
    /// @throws RequestException if it may not, or the request was not admitted
    public Caller requireDeleter(RoutingContext context) {
        return require(context, tenancy == Tenancy.KEY ? Role.UPLOAD : Role.ADMIN);
    }

    /// The caller of an admitted request.
    ///
    /// @throws RequestException if it was not admitted
    public Caller caller(RoutingContext context) {
        return Optional.ofNullable(context.<Caller>get(CALLER)).orElseThrow(RequestException::unauthorized);
    }
}
