/// The function over HTTP, beside OpenAI's interface and events.
package dev.icmlora.function.http;
