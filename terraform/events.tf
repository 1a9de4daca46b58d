# A task file in the bucket becomes a request to the function. The way there is Terraform's own: the bucket's notification,
# of tasks/ alone -> a topic -> a subscription that pushes to /events/pubsub as the trigger's account (pubsub.tf). Or it is
# Eventarc's (eventarc.tf), which makes topic and subscription itself.

locals {
  eventing        = var.events == null ? 0 : 1
  triggered       = local.eventing * local.deployed
  bucket_location = var.events == null ? var.region : coalesce(var.events.location, var.region)

  pubsub   = try(var.events.delivery, "") == "pubsub" ? 1 : 0
  eventarc = try(var.events.delivery, "") == "eventarc" ? 1 : 0

  pubsub_agent  = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
  storage_agent = one([for account in data.google_storage_project_service_account.this : "serviceAccount:${account.email_address}"])
}

# Who calls the function. It is nobody else's account, so that the right to call is one of events.
resource "google_service_account" "trigger" {
  count = local.eventing

  project      = var.project
  account_id   = "${var.name}-event"
  display_name = "${var.name}: the trigger"

  depends_on = [google_project_service.needed]
}

resource "google_cloud_run_v2_service_iam_member" "trigger" {
  count = local.triggered

  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.function[0].name
  role     = "roles/run.invoker"
  member   = google_service_account.trigger[0].member
}

# Events that the function did not take.
resource "google_pubsub_topic" "dead_letter" {
  count = local.eventing

  project                    = var.project
  name                       = "${var.name}-undelivered"
  kms_key_name               = var.kms_key
  message_retention_duration = "604800s"
  labels                     = local.labels

  depends_on = [google_project_service.needed, google_kms_crypto_key_iam_member.service_agent]
}

resource "google_pubsub_subscription" "dead_letter" {
  count = local.eventing

  project                    = var.project
  name                       = "${var.name}-undelivered"
  topic                      = google_pubsub_topic.dead_letter[0].id
  message_retention_duration = "604800s"
  labels                     = local.labels

  # Without a policy, a subscription that nobody reads for a month is deleted, and what it kept with it.
  expiration_policy {
    ttl = ""
  }
}

resource "google_pubsub_topic_iam_member" "dead_letter_publisher" {
  count = local.eventing

  project = var.project
  topic   = google_pubsub_topic.dead_letter[0].name
  role    = "roles/pubsub.publisher"
  member  = local.pubsub_agent
}
