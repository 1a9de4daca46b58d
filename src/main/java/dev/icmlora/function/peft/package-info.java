/// Adapters as the two files that PEFT saves and loads, in a zip.
package dev.icmlora.function.peft;
