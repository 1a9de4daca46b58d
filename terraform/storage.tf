# One bucket, three prefixes: the function looks for results and leases beside the task file.
locals {
  # Bucket names are the world's, project IDs too: together they do not collide.
  bucket = "${var.project}-${var.name}"

  days = var.events == null ? {} : {
    tasks    = var.events.tasks_days
    results  = var.events.results_days
    adapters = var.events.adapters_days
  }

  storage_env = var.events == null ? {} : {
    ICM_LORA_EVENTS_BUCKETS = "gs://${local.bucket}"
    # What is done by then is stored, and the rest delivered again, before Cloud Run ends the request.
    ICM_LORA_EVENTS_DEADLINE = "${floor(var.timeout_seconds * 0.9)}s"
  }
}

resource "google_storage_bucket" "files" {
  count = local.eventing

  project                     = var.project
  name                        = local.bucket
  location                    = upper(local.bucket_location)
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = var.events.force_destroy
  labels                      = local.labels

  dynamic "lifecycle_rule" {
    for_each = { for prefix, days in local.days : prefix => days if days > 0 }
    content {
      action {
        type = "Delete"
      }
      condition {
        age            = lifecycle_rule.value
        matches_prefix = ["${lifecycle_rule.key}/"]
      }
    }
  }

  # Parts of an upload that was given up are stored, and paid for, until somebody deletes them.
  lifecycle_rule {
    action {
      type = "AbortIncompleteMultipartUpload"
    }
    condition {
      age = 1
    }
  }

  dynamic "encryption" {
    for_each = var.kms_key == null ? [] : [var.kms_key]
    content {
      default_kms_key_name = encryption.value
    }
  }

  depends_on = [google_project_service.needed, google_kms_crypto_key_iam_member.service_agent]
}

# Reads task files; writes, replaces and deletes results, parts of them and leases. It cannot change the bucket.
resource "google_storage_bucket_iam_member" "function" {
  count = local.eventing

  bucket = google_storage_bucket.files[0].name
  role   = "roles/storage.objectUser"
  member = google_service_account.function.member
}
