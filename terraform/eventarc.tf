# The other way: Cloud Storage -> Pub/Sub (the storage agent publishes) -> Eventarc (receives and calls as the trigger's
# account). Eventarc makes and owns the subscription, so Terraform can neither give it a dead-letter policy nor the time that
# a task file takes: Pub/Sub's own 10 seconds would send the event again and again while the first one is worked on. The
# output subscription_command does that once.

resource "google_project_iam_member" "event_receiver" {
  count = local.eventarc

  project = var.project
  role    = "roles/eventarc.eventReceiver"
  member  = google_service_account.trigger[0].member
}

resource "google_project_iam_member" "storage_publisher" {
  count = local.eventarc

  project = var.project
  role    = "roles/pubsub.publisher"
  member  = local.storage_agent
}

resource "google_eventarc_trigger" "task_file" {
  count = local.eventarc * local.deployed

  project = var.project
  # Events of a bucket are only to be had where the bucket is.
  location        = local.bucket_location
  name            = "${var.name}-task-file"
  service_account = google_service_account.trigger[0].email
  labels          = local.labels

  matching_criteria {
    attribute = "type"
    value     = "google.cloud.storage.object.v1.finalized"
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

  depends_on = [
    google_project_iam_member.event_receiver,
    google_project_iam_member.storage_publisher,
    google_cloud_run_v2_service_iam_member.trigger,
  ]
}
