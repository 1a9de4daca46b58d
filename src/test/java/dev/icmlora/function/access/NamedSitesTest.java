package dev.icmlora.function.access;

import static io.restassured.RestAssured.given;
import static org.hamcrest.Matchers.equalTo;
import static org.hamcrest.Matchers.nullValue;

import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.test.junit.TestProfile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Pages of a site that is named may ask, with a key. What a browser asks beforehand brings none (Fetch standard,
/// "CORS-preflight fetch").
@Tag("slow")
@QuarkusTest
@TestProfile(SharedInstallation.class)
class NamedSitesTest {

    private static final String ALLOWED = "Access-Control-Allow-Origin";

    @Test
    void aBrowserMayAskWhetherItMayAskAsOftenAsItLikes() {
        for (var i = 0; i < SharedInstallation.PER_MINUTE + 5; i++) {
            given().header("Origin", SharedInstallation.SITE)
                    .header("Access-Control-Request-Method", "POST")
                    .header("Access-Control-Request-Headers", "authorization,content-type")
                    .options("/v1/chat/completions")
                    .then()
                    .statusCode(200)
                    .header(ALLOWED, equalTo(SharedInstallation.SITE));
        }
    }

    @Test
    void whatItThenAsksNeedsTheKey() {
        given().header("Origin", SharedInstallation.SITE)
                .get("/v1/models")
                .then()
                .statusCode(401)
                .header(ALLOWED, equalTo(SharedInstallation.SITE));
        given().header("Origin", SharedInstallation.SITE)
                .header("Authorization", "Bearer " + SharedInstallation.KEY_OF_SCRAPER)
                .get("/q/metrics")
                .then()
                .statusCode(200)
                .header(ALLOWED, equalTo(SharedInstallation.SITE));
    }

    @Test
    void otherSitesMayNot() {
        given().header("Origin", "https://elsewhere.example")
                .header("Authorization", "Bearer " + SharedInstallation.KEY_OF_SCRAPER)
                .post("/generate")
                .then()
                .statusCode(403)
                .header(ALLOWED, nullValue());
    }
}
