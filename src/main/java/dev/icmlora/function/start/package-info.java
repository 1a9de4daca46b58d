/// Where the process begins, and where it ends if it is stopped before it serves.
package dev.icmlora.function.start;
