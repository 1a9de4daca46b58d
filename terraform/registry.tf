resource "google_artifact_registry_repository" "images" {
  count = var.registry == null ? 0 : 1

  project       = var.project
  location      = var.region
  repository_id = var.name
  description   = "Images of ${var.name}"
  format        = "DOCKER"
  kms_key_name  = var.kms_key
  labels        = local.labels

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
