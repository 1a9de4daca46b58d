/// Tasks that arrive as files in a bucket: events in, results beside the file, exactly once in effect.
package dev.icmlora.events;
