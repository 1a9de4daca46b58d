/// Adapters as files over HTTP: downloaded, brought, added up.
package dev.icmlora.function.adapter;
