/// Texts to vectors: a sentence encoder beside the base model, which reads to both sides of a word and writes nothing.
package dev.icmlora.engine.encode;
