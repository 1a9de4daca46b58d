# A task file in the bucket becomes a CloudEvent that Eventarc posts to the function. The event's way is Cloud
# Storage -> Pub/Sub (the storage agent publishes) -> Eventarc (receives and calls as the trigger's account).

locals {
  eventing        = var.events == null ? 0 : 1
  triggered       = local.eventing * local.deployed
  bucket_location = var.events == null ? var.region : coalesce(var.events.location, var.region)
}

resource "google_service_account" "trigger" {
  count = local.eventing

  project      = var.project
  account_id   = "${var.name}-event"
  display_name = "${var.name}: the trigger"

  depends_on = [google_project_service.needed]
}

resource "google_project_iam_member" "event_receiver" {
  count = local.eventing

  project = var.project
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.trigger[0].member
}

resource "google_project_iam_member" "storage_publisher" {
  count = local.eventing

  project = var.project
  role    = "roles/pubsub.publisher"
  member  = "serviceAccount:${data.google_storage_project_service_account.this[0].email_address}"
}

resource "google_cloud_run_v2_service_iam_member" "trigger" {
  count = local.triggered

  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.function[0].name
  role     = "roles/run.invoker"
  member   = google_service_account.trigger[0].member
}

resource "google_eventarc_trigger" "task_file" {
  count = local.triggered

  project = var.project
  # Events of a bucket are only to be had where the bucket is.
  location        = local.bucket_location
  name            = "${var.name}-task-file"
  service_account = google_service_account.trigger[0].email
  labels          = local.labels

  matching_criteria {
    attribute = "type"
    value     = var.events.type
  }

  # Eventarc cannot filter by object name: results come as events too, and the function answers those at once.
  matching_criteria {
    attribute = "bucket"
    value     = google_storage_bucket.files[0].name
  }

  destination {
    cloud_run_service {
      service = google_cloud_run_v2_service.function[0].name
      region  = var.region
      path    = "/"
    }
  }

  lifecycle {
    precondition {
      condition     = length(var.access.iap_members) == 0
      error_message = "events and access.iap_members exclude each other: Identity-Aware Proxy would turn Eventarc away. Deploy two services."
    }
  }

  depends_on = [
    google_project_iam_member.event_receiver,
    google_project_iam_member.storage_publisher,
    google_cloud_run_v2_service_iam_member.trigger,
  ]
}

# Eventarc makes and owns the trigger's subscription, so Terraform can neither give it a dead-letter policy nor the time
# that a task file takes: Pub/Sub's own 10 seconds would send the event again and again while the first one is worked on.
# Terraform prepares where undelivered events go; the output subscription_command does the rest.
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
  member  = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
}
