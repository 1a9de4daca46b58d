# Events that Terraform owns: every part of their way is here, so nothing has to be done by hand after an apply.

resource "google_pubsub_topic" "task_files" {
  count = local.pubsub

  project      = var.project
  name         = "${var.name}-task-files"
  kms_key_name = var.kms_key
  labels       = local.labels

  depends_on = [google_project_service.needed, google_kms_crypto_key_iam_member.service_agent]
}

resource "google_pubsub_topic_iam_member" "storage_publisher" {
  count = local.pubsub

  project = var.project
  topic   = google_pubsub_topic.task_files[0].name
  role    = "roles/pubsub.publisher"
  member  = local.storage_agent
}

# Only what lies below tasks/: results and states, which the function writes, are told to nobody. The message's attributes
# name the object, so it needs no payload.
resource "google_storage_notification" "task_files" {
  count = local.pubsub

  bucket             = google_storage_bucket.files[0].name
  topic              = google_pubsub_topic.task_files[0].id
  payload_format     = "NONE"
  event_types        = ["OBJECT_FINALIZE"]
  object_name_prefix = "tasks/"

  depends_on = [google_pubsub_topic_iam_member.storage_publisher]
}

# Waits for the answer as long as a delivery may take. What is answered 503 comes again, and in the end goes where
# undelivered events are kept.
resource "google_pubsub_subscription" "task_files" {
  count = local.pubsub * local.deployed

  project                    = var.project
  name                       = "${var.name}-task-files"
  topic                      = google_pubsub_topic.task_files[0].id
  ack_deadline_seconds       = local.delivery_seconds
  message_retention_duration = "604800s"
  labels                     = local.labels

  push_config {
    push_endpoint = "${google_cloud_run_v2_service.function[0].uri}/events/pubsub"
    oidc_token {
      service_account_email = google_service_account.trigger[0].email
      audience              = google_cloud_run_v2_service.function[0].uri
    }
  }

  retry_policy {
    minimum_backoff = "10s"
    maximum_backoff = "600s"
  }

  dead_letter_policy {
    dead_letter_topic     = google_pubsub_topic.dead_letter[0].id
    max_delivery_attempts = var.events.max_delivery_attempts
  }

  expiration_policy {
    ttl = ""
  }

  depends_on = [google_cloud_run_v2_service_iam_member.trigger, google_pubsub_topic_iam_member.dead_letter_publisher]
}

# Pub/Sub's agent takes a message away from here once it is kept as undelivered.
resource "google_pubsub_subscription_iam_member" "dead_letter_subscriber" {
  count = local.pubsub * local.deployed

  project      = var.project
  subscription = google_pubsub_subscription.task_files[0].name
  role         = "roles/pubsub.subscriber"
  member       = local.pubsub_agent
}

# It signs the tokens of the trigger's account. Projects from before April 2021 do not let it by themselves.
resource "google_service_account_iam_member" "token_creator" {
  count = local.pubsub

  service_account_id = google_service_account.trigger[0].name
  role               = "roles/iam.serviceAccountTokenCreator"
  member             = local.pubsub_agent
}
