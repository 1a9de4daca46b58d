package dev.icmlora.function.http;

import io.quarkus.test.junit.QuarkusIntegrationTest;

/// The same of what was packaged: the jar, or the native executable where that was built (`-Pnative`).
@QuarkusIntegrationTest
class GenerateIT extends GenerateTest {}
