/// Containers of Azure Blob Storage, for the function: the addon `storage-azure`.
package dev.icmlora.storage.azure;
