package dev.icmlora.function.access;

import java.util.List;
import java.util.Optional;
import java.util.Set;

import io.quarkus.oidc.AccessTokenCredential;
import io.quarkus.oidc.TenantIdentityProvider;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.smallrye.mutiny.Uni;
import jakarta.inject.Singleton;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.jwt.JsonWebToken;
import org.jboss.logging.Logger;

import dev.icmlora.function.access.Access.Identity;
import dev.icmlora.function.config.FunctionConfig;
import dev.icmlora.function.config.StartupException;
import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

/// Bearer tokens of an OpenID Connect issuer: JWTs, which are verified here with the issuer's keys. Off unless
/// `quarkus.oidc.tenant-enabled` is true; then no connection is made to any issuer.
@Singleton
final class Tokens {

    private static final Logger LOG = Logger.getLogger(Tokens.class);

    private final TenantIdentityProvider issuer;
    private final boolean enabled;
    private final Set<String> senders;

    /// @throws StartupException if tokens would be taken that were made for any service, or are to let in senders
    /// of events and are not taken at all
    Tokens(
            TenantIdentityProvider issuer,
            @ConfigProperty(name = "quarkus.oidc.tenant-enabled") boolean enabled,
            @ConfigProperty(name = "quarkus.oidc.token.audience") Optional<List<String>> audience,
            FunctionConfig config) {
        this.issuer = issuer;
        this.enabled = enabled;
        this.senders = Set.copyOf(config.events().senders().orElse(List.of()));
        if (enabled && audience.isEmpty()) {
            throw new StartupException("quarkus.oidc.token.audience (QUARKUS_OIDC_TOKEN_AUDIENCE) is not set: tokens "
                    + "that the issuer made for other services would be let in");
        }
        if (!enabled && !senders.isEmpty()) {
            throw new StartupException(
                    "icm-lora.events.senders (ICM_LORA_EVENTS_SENDERS) lists subjects of tokens, but "
                            + "quarkus.oidc.tenant-enabled (QUARKUS_OIDC_TENANT_ENABLED) is false: no token is taken");
        }
    }

    boolean areEnabled() {
        return enabled;
    }

    /// The subject of a token. The result may come from any thread.
    ///
    /// @throws RequestException through the result, if the token is not valid or the issuer's keys cannot be had
    Uni<Identity> callerOf(String token) {
        if (!enabled) {
            return Uni.createFrom().failure(RequestException::unauthorized);
        }
        return Uni.createFrom()
                .deferred(() -> issuer.authenticate(new AccessTokenCredential(token)))
                .map(this::caller)
                .onFailure()
                .transform(Tokens::refusal);
    }

    private Identity caller(SecurityIdentity identity) {
        if (identity != null && identity.getPrincipal() instanceof JsonWebToken jwt) {
            return Identity.ofToken(jwt.getIssuer(), jwt.getSubject(), senders.contains(jwt.getSubject()));
        }
        throw RequestException.unauthorized();
    }

    private static Throwable refusal(Throwable failure) {
        return switch (failure) {
            case RequestException refused -> refused;
            case AuthenticationFailedException invalid -> RequestException.unauthorized();
            default -> {
                LOG.warnf("A token cannot be verified: %s", failure);
                yield Kind.ISSUER_UNAVAILABLE.because(
                        "The token cannot be verified now, because its issuer does not answer");
            }
        };
    }
}
