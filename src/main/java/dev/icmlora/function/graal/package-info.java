/// What stands in a native executable for methods of libraries that need another one which is not shipped; the addons
/// have those of their vendors' clients. GraalVM resolves whatever a reachable method names; a JVM does so when it
/// comes there, and it never comes there. `LinkageIT` finds what is not there, and checks that each method to be
/// replaced still exists.
package dev.icmlora.function.graal;
