/// What stands in a native executable for methods of vendors' clients that need a library which is not shipped. GraalVM
/// resolves whatever a reachable method names; a JVM does so when it comes there, and it never comes there. `LinkageIT`
/// finds what is not there, and checks that each method to be replaced still exists.
package dev.icmlora.function.graal;
