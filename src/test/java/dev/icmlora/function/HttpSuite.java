package dev.icmlora.function;

import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/// One half of the tests. The build runs the other one, [OtherSuite], at the same time in another JVM.
@Suite(failIfNoTests = false)
@SelectPackages("dev.icmlora.function.http")
final class HttpSuite {}
