output "url" {
  description = "Address of the function; null while there is no image."
  value       = local.url
}

locals {
  url     = local.deployed == 0 ? null : local.balanced == 1 ? "https://${local.domains[0]}" : google_cloud_run_v2_service.function[0].uri
  api_key = lookup(var.secret_env, "ICM_LORA_API_KEY", null)
}

output "curl" {
  description = "A request that can be pasted into a shell."
  value = local.deployed == 0 ? null : join(" \\\n  ", compact([
    "curl",
    # Authorization is the function's own, for its API key; Cloud Run takes either header and passes this one on to nobody.
    var.access.public || var.access.invoker_iam_disabled ? "" : "-H \"X-Serverless-Authorization: Bearer $(gcloud auth print-identity-token)\"",
    local.api_key == null ? "" : "-H \"Authorization: Bearer $(gcloud secrets versions access ${local.api_key.version} --secret=${local.secrets[local.api_key.secret].id} --project=${local.secrets[local.api_key.secret].project})\"",
    "-H 'Content-Type: application/json'",
    "-d '{\"task\": {\"description\": \"Write the plural of the noun.\"}, \"inputs\": [\"box\", \"leaf\"]}'",
    "${local.url}/generate",
  ]))
}

output "load_balancer_ip" {
  description = "What the A records of load_balancer.domains have to name; null without one."
  value       = one(google_compute_global_address.this[*].address)
}

output "revision" {
  description = "Name of the newest revision that is ready, for traffic; null while there is no image."
  value       = one([for service in google_cloud_run_v2_service.function : basename(service.latest_ready_revision)])
}

output "tagged_urls" {
  description = "Address of each tag in traffic. Cloud Run's own, not the load balancer's: access.ingress says from where it is reached."
  value       = { for status in flatten(google_cloud_run_v2_service.function[*].traffic_statuses) : status.tag => status.uri if try(length(status.tag) > 0, false) }
}

output "image_repository" {
  description = "What to tag and push images as; null without a registry."
  value       = var.registry == null ? null : "${var.region}-docker.pkg.dev/${var.project}/${var.name}/function"

  depends_on = [google_artifact_registry_repository.images]
}

output "service_account" {
  description = "Account that the function runs as."
  value       = google_service_account.function.email
}

output "bucket" {
  description = "Where task files go (tasks/NAME.json) and answers appear (results/, adapters/); null without events."
  value       = one(google_storage_bucket.files[*].name)
}

output "subscription_command" {
  description = "With events.delivery eventarc only, commands to be run once: an event may take as long as a request, up to 600 s, and one that could not be delivered goes to the dead-letter topic. Else null."
  value = local.eventarc * local.deployed == 0 ? null : join(" && \\\n  ", [
    "subscription=$(gcloud eventarc triggers describe ${google_eventarc_trigger.task_file[0].name} --project=${var.project} --location=${local.bucket_location} --format='value(transport.pubsub.subscription)')",
    "gcloud pubsub subscriptions add-iam-policy-binding $subscription --project=${var.project} --member=${local.pubsub_agent} --role=roles/pubsub.subscriber",
    "gcloud pubsub subscriptions update $subscription --project=${var.project} --ack-deadline=${local.delivery_seconds} --dead-letter-topic=${google_pubsub_topic.dead_letter[0].id} --max-delivery-attempts=${var.events.max_delivery_attempts}",
  ])
}

output "concurrency" {
  description = "Requests that an instance takes at once."
  value       = local.concurrency
}
