# Only reachable from the project's own networks, only for one account, encrypted with the project's own key.
module "function" {
  source = "../.."

  project    = var.project
  region     = var.region
  image      = var.image
  kms_key    = var.kms_key
  network    = { network = var.network, subnetwork = var.subnetwork, egress = "all-traffic" }
  access     = { ingress = "internal", invokers = ["serviceAccount:${var.caller}"] }
  monitoring = { notification_channels = var.notification_channels }
}
