# Jobs are worked on between requests and after them. So where they are taken, an instance has its processor always
# (service.tf), and a call wakes the ones that were open when the last instance went.

locals {
  jobs       = var.jobs == null ? 0 : 1
  job_places = var.adapters_volume != null || contains(concat(keys(var.env), keys(var.secret_env)), "ICM_LORA_STORAGE_BUCKET")
}

# Who calls for jobs. It may call this one service, and do nothing else.
resource "google_service_account" "waker" {
  count = local.jobs

  project      = var.project
  account_id   = "${var.name}-wake"
  display_name = "${var.name}: wakes open jobs"

  # Here, since the account is made before there is an image.
  lifecycle {
    precondition {
      condition     = length(var.access.iap_members) == 0
      error_message = "jobs and access.iap_members exclude each other: Identity-Aware Proxy would turn the call away that wakes open jobs. Deploy two services."
    }
  }

  depends_on = [google_project_service.needed]
}

resource "google_cloud_run_v2_service_iam_member" "waker" {
  count = local.jobs * local.deployed

  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.function[0].name
  role     = "roles/run.invoker"
  member   = google_service_account.waker[0].member
}

# An instance looks for open jobs as soon as it has started, whatever it was started by. Liveness needs no role and no key
# of the function's own.
resource "google_cloud_scheduler_job" "waker" {
  count = local.jobs * local.deployed

  project          = var.project
  region           = var.region
  name             = "${var.name}-wake"
  description      = "Starts an instance, which goes on with open jobs"
  schedule         = var.jobs.schedule
  time_zone        = "Etc/UTC"
  attempt_deadline = "${max(15, min(1800, var.timeout_seconds))}s"

  http_target {
    http_method = "GET"
    uri         = "${google_cloud_run_v2_service.function[0].uri}/q/health/live"
    oidc_token {
      service_account_email = google_service_account.waker[0].email
      audience              = google_cloud_run_v2_service.function[0].uri
    }
  }

  depends_on = [google_project_service.needed, google_cloud_run_v2_service_iam_member.waker]
}
