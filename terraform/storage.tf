# One bucket, three prefixes: the function looks for results and states beside the task file.
locals {
  # Bucket names are the world's, project IDs too: together they do not collide.
  bucket = "${var.project}-${var.name}"

  days = var.events == null ? {} : {
    tasks    = var.events.tasks_days
    results  = var.events.results_days
    adapters = var.events.adapters_days
  }

  # A delivery ends with Cloud Run's request. Pub/Sub gives up on it after its ack deadline, which is 600 s at most.
  delivery_seconds = min(600, var.timeout_seconds)
  # What is done by then is stored, and the rest delivered again, before that end.
  deadline_seconds = floor(local.delivery_seconds * 0.9)
  # The function looks at that deadline between two batches. A batch is a request, and a last one has to end in the time
  # that is left, or the work would go on behind the back of Cloud Run, which has ended the delivery.
  request_seconds = (var.events == null ? var.timeout_seconds : local.delivery_seconds - local.deadline_seconds) - 2

  storage_env = var.events == null ? {} : {
    ICM_LORA_EVENTS_BUCKETS  = "gs://${local.bucket}"
    ICM_LORA_EVENTS_DEADLINE = "${local.deadline_seconds}s"
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

  soft_delete_policy {
    retention_duration_seconds = var.events.soft_delete_days * 86400
  }

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

  # Here, since the bucket is made before there is an image.
  lifecycle {
    precondition {
      condition     = var.timeout_seconds >= 300
      error_message = "timeout_seconds must be at least 300 with events: a tenth of it, less two seconds, is what a request may take."
    }

    precondition {
      condition     = length(var.access.iap_members) == 0
      error_message = "events and access.iap_members exclude each other: Identity-Aware Proxy would turn the events away. Deploy two services."
    }

    precondition {
      condition     = !var.access.invoker_iam_disabled
      error_message = "events and access.invoker_iam_disabled exclude each other: nothing would look at who sends an event. Deploy two services."
    }

    precondition {
      condition     = !var.access.public || lookup(var.env, "QUARKUS_OIDC_TENANT_ENABLED", "false") == "true"
      error_message = "events and access.public exclude each other without an issuer of tokens (env): anyone could send events. Name the callers (access.invokers), or deploy two services."
    }

    precondition {
      condition     = !anytrue([for name in concat(keys(var.env), keys(var.secret_env)) : startswith(name, "ICM_LORA_API_KEY")])
      error_message = "events and an API key exclude each other: neither Pub/Sub nor Eventarc can send one, so that no event would be taken. Cloud Run's IAM says who calls (access.invokers). Or deploy two services."
    }

    precondition {
      condition     = var.kms_key == null || local.bucket_location == var.region
      error_message = "events.location must be the region where there is a kms_key: it encrypts registry and bucket, and each takes only a key of its own location."
    }
  }

  depends_on = [google_project_service.needed, google_kms_crypto_key_iam_member.service_agent]
}

# Reads task files; writes, replaces and deletes results, parts of them and states. It cannot change the bucket.
resource "google_storage_bucket_iam_member" "function" {
  count = local.eventing

  bucket = google_storage_bucket.files[0].name
  role   = "roles/storage.objectUser"
  member = google_service_account.function.member
}
