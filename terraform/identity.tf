locals {
  run_agent = "serviceAccount:service-${data.google_project.this.number}@serverless-robot-prod.iam.gserviceaccount.com"

  secrets = {
    for secret in distinct([for entry in values(var.secret_env) : entry.secret]) : secret => {
      project = try(regex("^projects/([^/]+)/", secret)[0], var.project)
      id      = basename(secret)
    }
  }

  grants_kms_key = var.kms_key != null && (var.grants_in_other_projects || try(split("/", var.kms_key)[1] == var.project, false))
}

# The function's own account has no role in the project: what it may do is granted on single buckets and secrets.
resource "google_service_account" "function" {
  project      = var.project
  account_id   = "${var.name}-fn"
  display_name = "${var.name}: the function"

  # Here, since the account is made before there is an image.
  lifecycle {
    precondition {
      condition     = var.scaling.max_instances == 1 || var.adapters_volume != null || var.scaling.session_affinity
      error_message = "scaling.max_instances above 1 needs adapters_volume or scaling.session_affinity: else a request by an adapter's id may reach an instance that does not know it, and gets a 404."
    }

    precondition {
      condition     = (var.jobs != null) == local.job_places
      error_message = "jobs and a place for them, adapters_volume (or ICM_LORA_STORAGE_BUCKET in env), are set together: with a place the function takes jobs, which stand still without the processor and the schedule of jobs. Set jobs = {}."
    }

    precondition {
      condition     = length([for share in var.traffic : share if share.percent > 0]) <= var.scaling.max_instances
      error_message = "scaling.max_instances must be at least the number of revisions that have a share of the traffic: each of them needs an instance."
    }

    precondition {
      condition     = !var.binary_authorization || var.image == null || can(regex("@sha256:", var.image))
      error_message = "binary_authorization needs an image by digest: that is what an attestation is of. A tag may name another image by the time of the apply."
    }

    precondition {
      condition     = var.load_balancer == null || local.ingress != "internal"
      error_message = "load_balancer and access.ingress internal exclude each other: Cloud Run would turn its requests away. Leave access.ingress out."
    }

    precondition {
      condition     = !var.access.invoker_iam_disabled || local.authenticates || local.ingress == "internal"
      error_message = "access.invoker_iam_disabled needs an API key (secret_env), an issuer of tokens (env) or access.ingress internal: else anyone could spend GPU time. If that is wanted, set access.public."
    }
  }

  depends_on = [google_project_service.needed]
}

resource "google_secret_manager_secret_iam_member" "function" {
  for_each = { for name, secret in local.secrets : name => secret if secret.project == var.project || var.grants_in_other_projects }

  project   = each.value.project
  secret_id = each.value.id
  role      = "roles/secretmanager.secretAccessor"
  member    = google_service_account.function.member
}

resource "google_storage_bucket_iam_member" "model_reader" {
  count = var.model_volume == null ? 0 : 1

  bucket = var.model_volume.bucket
  role   = "roles/storage.objectViewer"
  member = google_service_account.function.member
}

# Adapters that were unused for longest are deleted when there are too many.
resource "google_storage_bucket_iam_member" "adapters_user" {
  count = var.adapters_volume == null ? 0 : 1

  bucket = var.adapters_volume.bucket
  role   = "roles/storage.objectUser"
  member = google_service_account.function.member
}

# Google's own agents encrypt with the key on behalf of the resources.
data "google_storage_project_service_account" "this" {
  count = var.events == null ? 0 : 1

  project = var.project
}

resource "google_kms_crypto_key_iam_member" "service_agent" {
  for_each = !local.grants_kms_key ? {} : merge(
    {
      artifactregistry = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-artifactregistry.iam.gserviceaccount.com"
      run              = local.run_agent
    },
    var.events == null ? {} : {
      pubsub  = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-pubsub.iam.gserviceaccount.com"
      storage = "serviceAccount:${data.google_storage_project_service_account.this[0].email_address}"
    },
  )

  crypto_key_id = var.kms_key
  role          = "roles/cloudkms.cryptoKeyEncrypterDecrypter"
  member        = each.value

  # Google makes an agent when its API is enabled, or first used.
  depends_on = [google_project_service.needed]
}
