locals {
  labels = merge({ application = var.name }, var.labels)
  gpu    = var.machine.accelerator != "none"
  least = {
    nvidia-l4           = { cpu = 4, memory_gib = 16 }
    nvidia-rtx-pro-6000 = { cpu = 20, memory_gib = 80 }
    none                = { cpu = 4, memory_gib = 8 }
  }[var.machine.accelerator]

  # Cloud Run mounts a bucket as root's own; the image runs as this user, who could not write there.
  mount_options = ["uid=10001", "gid=10001"]
}

resource "google_project_service" "needed" {
  for_each = toset(["iam.googleapis.com", "run.googleapis.com", "storage.googleapis.com"])

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}

resource "google_service_account" "training" {
  project      = var.project
  account_id   = "${var.name}-job"
  display_name = "${var.name}: the job"

  depends_on = [google_project_service.needed]
}

# All that the tasks share. Each writes files of its own, named by the hash of their content's origin, so a task that is
# tried again, or runs twice, changes nothing.
resource "google_storage_bucket" "training" {
  project                     = var.project
  name                        = "${var.project}-${var.name}"
  location                    = upper(var.region)
  uniform_bucket_level_access = true
  public_access_prevention    = "enforced"
  force_destroy               = var.force_destroy
  labels                      = local.labels

  soft_delete_policy {
    retention_duration_seconds = var.soft_delete_days * 86400
  }

  dynamic "lifecycle_rule" {
    for_each = var.keep_days > 0 ? [var.keep_days] : []
    content {
      action {
        type = "Delete"
      }
      condition {
        age = lifecycle_rule.value
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

  depends_on = [google_project_service.needed]
}

resource "google_storage_bucket_iam_member" "training" {
  bucket = google_storage_bucket.training.name
  role   = "roles/storage.objectUser"
  member = google_service_account.training.member
}

resource "google_cloud_run_v2_job" "training" {
  project             = var.project
  location            = var.region
  name                = var.name
  deletion_protection = false
  labels              = local.labels

  template {
    task_count  = var.shards.count
    parallelism = var.shards.parallelism
    labels      = local.labels

    template {
      service_account               = google_service_account.training.email
      execution_environment         = "EXECUTION_ENVIRONMENT_GEN2"
      timeout                       = "${var.timeout_seconds}s"
      max_retries                   = var.shards.max_retries
      gpu_zonal_redundancy_disabled = local.gpu ? true : null

      dynamic "node_selector" {
        for_each = local.gpu ? [var.machine.accelerator] : []
        content {
          accelerator = node_selector.value
        }
      }

      volumes {
        name = "training"
        gcs {
          bucket        = google_storage_bucket.training.name
          read_only     = false
          mount_options = local.mount_options
        }
      }

      containers {
        image = var.image
        args  = var.command

        resources {
          limits = merge(
            {
              cpu    = tostring(coalesce(var.machine.cpu, local.least.cpu))
              memory = "${coalesce(var.machine.memory_gib, local.least.memory_gib)}Gi"
            },
            local.gpu ? { "nvidia.com/gpu" = "1" } : {},
          )
        }

        volume_mounts {
          name       = "training"
          mount_path = "/mnt/training"
        }
      }
    }
  }

  lifecycle {
    precondition {
      condition     = !local.gpu || var.timeout_seconds <= 3600
      error_message = "timeout_seconds must be at most 3600 with a GPU: Cloud Run ends GPU tasks after an hour."
    }
  }

  depends_on = [google_project_service.needed, google_storage_bucket_iam_member.training]
}
