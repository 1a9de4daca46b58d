package dev.icmlora.function.access;

import java.util.function.Consumer;

import org.eclipse.microprofile.config.ConfigProvider;
import org.jose4j.jwa.AlgorithmConstraints;
import org.jose4j.jwk.JsonWebKey;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.JwtClaims;
import org.jose4j.lang.JoseException;

/// Tokens as the [Issuer] of the test signs them.
final class Token {

    private static final int MINUTES = 5;

    private Token() {}

    static String of(String subject) {
        return signed(claims(subject), signature -> {});
    }

    /// A token with something else than the right claims.
    static String with(Consumer<JwtClaims> change) {
        var claims = claims("somebody");
        change.accept(claims);
        return signed(claims, signature -> {});
    }

    /// A token that is signed in another way.
    static String signedWith(Consumer<JsonWebSignature> change) {
        return signed(claims("somebody"), change);
    }

    static JsonWebKey key() {
        try {
            return JsonWebKey.Factory.newJwk(setting(Issuer.KEY));
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    static String setting(String name) {
        return ConfigProvider.getConfig().getValue(name, String.class);
    }

    private static JwtClaims claims(String subject) {
        var claims = new JwtClaims();
        claims.setIssuer(setting(Issuer.ADDRESS));
        claims.setAudience(Issuer.AUDIENCE);
        claims.setSubject(subject);
        claims.setIssuedAtToNow();
        claims.setExpirationTimeMinutesInTheFuture(MINUTES);
        claims.setGeneratedJwtId();
        return claims;
    }

    private static String signed(JwtClaims claims, Consumer<JsonWebSignature> change) {
        var key = (RsaJsonWebKey) key();
        var signature = new JsonWebSignature();
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.RSA_USING_SHA256);
        signature.setKeyIdHeaderValue(key.getKeyId());
        signature.setKey(key.getRsaPrivateKey());
        signature.setAlgorithmConstraints(AlgorithmConstraints.NO_CONSTRAINTS);
        signature.setPayload(claims.toJson());
        change.accept(signature);
        try {
            return signature.getCompactSerialization();
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }
}
