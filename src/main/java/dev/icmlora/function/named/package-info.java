/// Functions under names, in a bucket.
package dev.icmlora.function.named;
