package dev.icmlora.function;

import org.junit.platform.suite.api.ExcludePackages;
import org.junit.platform.suite.api.SelectPackages;
import org.junit.platform.suite.api.Suite;

/// The tests that are not in [HttpSuite].
@Suite(failIfNoTests = false)
@SelectPackages("dev.icmlora")
@ExcludePackages("dev.icmlora.function.http")
final class OtherSuite {}
