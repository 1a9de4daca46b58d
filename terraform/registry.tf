locals {
  # Where an image in Artifact Registry is.
  image = var.image == null ? null : try(
    regex("^(?P<location>[a-z0-9-]+)-docker\\.pkg\\.dev/(?P<project>[a-z0-9-]+)/(?P<repository>[a-z0-9-]+)/", var.image), null
  )
}

resource "google_artifact_registry_repository" "images" {
  count = var.registry == null ? 0 : 1

  project       = var.project
  location      = var.region
  repository_id = var.name
  description   = "Images of ${var.name}"
  format        = "DOCKER"
  kms_key_name  = var.kms_key
  labels        = local.labels

  dynamic "docker_config" {
    for_each = var.registry.immutable_tags ? [true] : []
    content {
      immutable_tags = true
    }
  }

  cleanup_policies {
    id     = "delete-untagged"
    action = "DELETE"
    condition {
      tag_state  = "UNTAGGED"
      older_than = "${var.registry.untagged_days * 86400}s"
    }
  }

  cleanup_policies {
    id     = "keep-recent"
    action = "KEEP"
    most_recent_versions {
      keep_count = var.registry.keep_count
    }
  }

  depends_on = [google_project_service.needed, google_kms_crypto_key_iam_member.service_agent]
}

# Cloud Run fetches the image as its own agent, who may read the repositories of this project anyway.
resource "google_artifact_registry_repository_iam_member" "image_reader" {
  count = var.grants_in_other_projects && try(local.image.project != var.project, false) ? 1 : 0

  project    = local.image.project
  location   = local.image.location
  repository = local.image.repository
  role       = "roles/artifactregistry.reader"
  member     = local.run_agent

  # Google makes the agent when Cloud Run's API is enabled.
  depends_on = [google_project_service.needed]
}
