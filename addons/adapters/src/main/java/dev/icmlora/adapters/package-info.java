/// Adapters for clients: as files, at `/adapters`, and the tuning of one as events, of `POST /adapter`.
package dev.icmlora.adapters;
