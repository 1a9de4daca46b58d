package dev.icmlora.function.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

import dev.icmlora.function.error.RequestException;
import dev.icmlora.function.error.RequestException.Kind;

/// The caller of a request. The door finds it out once, and hands it on.
///
/// @param tenant whose adapters, functions and jobs the caller sees
/// @param account the tokens that it may use, and in whose share its requests count
/// @param roles that it has
/// @param grant a sentence about what gives it its roles
public record Caller(Tenant tenant, TokenAccount account, Set<Role> roles, String grant) {

    /// The caller of a task file or a job: the door has let it in before.
    public static Caller inBackground(Tenant tenant, TokenAccount account) {
        return new Caller(tenant, account, Set.of(), "");
    }

    /// Whose limits count, as an opaque text: see [TokenAccount#payer].
    public String payer() {
        return account.payer();
    }

    /// Whether what lies in this caller's tenant is its own to read and to end: where all callers share a tenant, what
    /// it has paid for, or all with the role for that.
    ///
    /// @param payer of it; empty if that is not known
    public boolean owns(Optional<String> payer) {
        return !tenant.equals(Tenant.SHARED) || may(Role.ADMIN) || payer.equals(Optional.of(payer()));
    }

    boolean may(Role role) {
        return roles.contains(role) || roles.contains(Role.ADMIN);
    }

    /// @throws RequestException if the caller has none of these roles
    void require(Role... anyOf) {
        if (Arrays.stream(anyOf).noneMatch(this::may)) {
            var names = Arrays.stream(anyOf).map(Role::toString).collect(Collectors.joining(" or "));
            throw Kind.MISSING_ROLE.because("This needs the role %s; %s".formatted(names, grant));
        }
    }

    /// A right of a caller.
    public enum Role {
        /// Ask: answers, texts, embeddings, adapters and their files.
        CALL,
        /// Bring adapters and add them up, and define functions; with tenants, take the own ones away.
        UPLOAD,
        /// Send events of object storage, and read how deliveries ended.
        EVENTS,
        /// Read metrics, and how deliveries ended.
        METRICS,
        /// All of that, take adapters and functions away that everybody uses, and see and end the jobs of all.
        ADMIN;

        /// The role of that name in settings.
        static Optional<Role> of(String name) {
            return Arrays.stream(values())
                    .filter(role -> role.toString().equals(name))
                    .findFirst();
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The tokens that a caller may use; without a limit, unless [RateLimit] sets one. Thread-safe.
    public interface TokenAccount {

        /// Of a caller whose tokens are not counted.
        ///
        /// @param payer see [Caller#payer]
        static TokenAccount unlimited(String payer) {
            return () -> payer;
        }

        /// Whose it is, as an opaque text: the caller in whose share a request counts. Empty for all callers where
        /// they are not told apart, and for task files.
        String payer();

        /// @throws RequestException if nothing is left
        default void requireRest() {}

        /// Counts tokens that were used, which may be more than there were.
        default void take(long tokens) {}
    }
}
