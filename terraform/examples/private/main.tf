# Only reachable from the project's own networks, only for one account, encrypted with the project's own key; a tag is one image for ever.
module "function" {
  source = "../.."

  project    = var.project
  region     = var.region
  image      = var.image
  kms_key    = var.kms_key
  registry   = { immutable_tags = true }
  network    = { network = var.network, subnetwork = var.subnetwork, egress = "all-traffic" }
  access     = { ingress = "internal", invokers = ["serviceAccount:${var.caller}"] }
  monitoring = { notification_channels = var.notification_channels }
}
