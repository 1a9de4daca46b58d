/// Adapters as the two files that PEFT saves and loads, in a zip or a folder.
package dev.icmlora.peft;
