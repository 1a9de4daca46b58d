/// `make bench`: what the function costs, beside what llama.cpp's own programs cost in the same run.
package dev.icmlora.bench;
