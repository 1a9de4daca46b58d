package dev.icmlora.function.access;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;
import static org.hamcrest.Matchers.containsString;
import static org.hamcrest.Matchers.equalTo;

import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import io.restassured.http.ContentType;
import io.restassured.specification.RequestSpecification;
import org.jose4j.jwk.RsaJsonWebKey;
import org.jose4j.jwk.RsaJwkGenerator;
import org.jose4j.jws.AlgorithmIdentifiers;
import org.jose4j.jws.JsonWebSignature;
import org.jose4j.jwt.NumericDate;
import org.jose4j.keys.HmacKey;
import org.jose4j.lang.JoseException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.icmlora.function.PeftFiles;

/// Tokens of an issuer let callers in, and nothing else does that only looks like one.
@Tag("slow")
@QuarkusTest
@TestProfile(SharedInstallation.class)
class TokenTest {

    /// Somebody who was never here before.
    private static RequestSpecification somebody() {
        return bearer(Token.of(UUID.randomUUID().toString()));
    }

    private static RequestSpecification bearer(String token) {
        return given().header("Authorization", "Bearer " + token);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/openapi.json", "/"})
    void aTokenLetsIn(String path) {
        somebody().get(path).then().statusCode(200);
    }

    @Test
    void aTokenLetsIntoFunctions() {
        somebody()
                .contentType(ContentType.JSON)
                .body("{\"task\": {\"description\": \"Say it.\"}, \"inputs\": [\"x\"], \"mode\": \"plain\","
                        + " \"max_tokens\": 2}")
                .post("/generate")
                .then()
                .statusCode(200);
    }

    @Test
    void aTokenOfASenderLetsInEvents() {
        bearer(Token.of(SharedInstallation.SENDER))
                .header("ce-specversion", "1.0")
                .header("ce-id", "1")
                .header("ce-source", "urn:test")
                .header("ce-type", "of no interest")
                .contentType(ContentType.JSON)
                .body("{}")
                .post("/")
                .then()
                .statusCode(204);
    }

    /// The token is looked at before the file is read, so the file has to wait.
    @Test
    void aFileThatComesWithATokenArrivesWhole() {
        var a = new float[16 * 576];
        var b = new float[192 * 16];
        a[3] = 1;
        b[7] = 1;
        var file = PeftFiles.zip("attn_v", 16, 16, a, b);
        somebody().body(file).put("/adapters").then().statusCode(201);
        somebody()
                .body(new byte[2 << 20])
                .put("/adapters")
                .then()
                .statusCode(400)
                .body("type", equalTo("urn:icm-lora:problem:invalid-request"));
    }

    @Test
    void anApiKeyLetsInToo() {
        bearer(SharedInstallation.KEY).get("/v1/models").then().statusCode(200);
        bearer(SharedInstallation.KEY_OF_ALICE).get("/v1/models").then().statusCode(200);
        given().auth()
                .preemptive()
                .basic("anybody", SharedInstallation.KEY_OF_ALICE)
                .get("/v1/models")
                .then()
                .statusCode(200);
    }

    static Stream<Arguments> invalid() {
        return Stream.of(
                token("expired", () -> Token.with(claims -> claims.setExpirationTime(seconds(-1)))),
                token("without an end", () -> Token.with(claims -> claims.unsetClaim("exp"))),
                token("not valid yet", () -> Token.with(claims -> claims.setNotBefore(seconds(60)))),
                token("of another issuer", () -> Token.with(claims -> claims.setIssuer("http://issuer.example"))),
                token("of no issuer", () -> Token.with(claims -> claims.unsetClaim("iss"))),
                token("for another service", () -> Token.with(claims -> claims.setAudience("another"))),
                token("for no service", () -> Token.with(claims -> claims.unsetClaim("aud"))),
                token("of nobody", () -> Token.with(claims -> claims.unsetClaim("sub"))),
                token("signed with another key", () -> Token.signedWith(TokenTest::withAnotherKey)),
                token("signed with an unknown key", () -> Token.signedWith(TokenTest::withAnUnknownKey)),
                token("changed after it was signed", TokenTest::changed),
                token("not signed", () -> Token.signedWith(TokenTest::unsigned)),
                token("signed with the public key as a secret", () -> Token.signedWith(TokenTest::withThePublicKey)),
                token("cut short", () -> Token.of("x").substring(0, 40)),
                token("no token at all", () -> "correct horse battery stapl"),
                token("empty", () -> ""));
    }

    private static Arguments token(String what, Supplier<String> token) {
        return Arguments.of(what, token);
    }

    private static NumericDate seconds(long fromNow) {
        var time = NumericDate.now();
        time.addSeconds(fromNow);
        return time;
    }

    private static void withAnotherKey(JsonWebSignature signature) {
        try {
            signature.setKey(RsaJwkGenerator.generateJwk(2048).getRsaPrivateKey());
        } catch (JoseException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void withAnUnknownKey(JsonWebSignature signature) {
        withAnotherKey(signature);
        signature.setKeyIdHeaderValue("k2");
    }

    private static String changed() {
        var honest = Token.of("somebody").split("\\.");
        var other = Token.of("somebody else").split("\\.");
        return String.join(".", honest[0], other[1], honest[2]);
    }

    private static void unsigned(JsonWebSignature signature) {
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.NONE);
        signature.setKey(null);
    }

    private static void withThePublicKey(JsonWebSignature signature) {
        signature.setAlgorithmHeaderValue(AlgorithmIdentifiers.HMAC_SHA256);
        signature.setKey(
                new HmacKey(((RsaJsonWebKey) Token.key()).getRsaPublicKey().getEncoded()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("invalid")
    void anotherTokenDoesNot(String what, Supplier<String> token) {
        var sent = token.get();
        bearer(sent)
                .get("/adapters/x")
                .then()
                .statusCode(401)
                .contentType("application/problem+json")
                .header("WWW-Authenticate", containsString("Bearer"))
                .body("type", equalTo("urn:icm-lora:problem:unauthorized"));
        bearer(sent)
                .get("/v1/models")
                .then()
                .statusCode(401)
                .header("WWW-Authenticate", containsString("Bearer"))
                .body("error.code", equalTo("invalid_api_key"));
        bearer(sent).body(new byte[9]).put("/adapters").then().statusCode(401);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/q/metrics", "/openapi.json", "/events", "/", "/adapters/x", "/nothing"})
    void withoutATokenThereIsNothing(String path) {
        given().get(path).then().statusCode(401).header("WWW-Authenticate", containsString("Bearer"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"started", "live", "ready"})
    void healthNeedsNone(String check) {
        given().get("/q/health/" + check).then().statusCode(200);
        bearer("no token").get("/q/health/" + check).then().statusCode(200);
    }

    /// A token is nobody's business but the issuer's who made it, and a mistyped key not even that.
    @Test
    void theIssuerIsAskedForItsKeysOnly() {
        bearer("a mistyped key").get("/v1/models").then().statusCode(401);
        bearer(Token.signedWith(TokenTest::withAnUnknownKey))
                .get("/v1/models")
                .then()
                .statusCode(401);

        assertThat(asked()).containsOnly("/.well-known/openid-configuration", "/keys");
    }

    private static List<String> asked() {
        return List.of(
                given().get(Token.setting(Issuer.ADDRESS) + "/asked").asString().split(" "));
    }

    @Test
    void aFloodOfTokensWithUnknownKeysDoesNotReachTheIssuer() {
        for (var i = 0; i < 5; i++) {
            var unknown = Token.signedWith(signature -> {
                withAnotherKey(signature);
                signature.setKeyIdHeaderValue(UUID.randomUUID().toString());
            });
            for (var j = 0; j < 4; j++) {
                bearer(unknown).get("/v1/models").then().statusCode(401);
            }
        }

        // At the start, and for the first of them.
        assertThat(Collections.frequency(asked(), "/keys")).isLessThanOrEqualTo(2);
    }
}
