# Only reachable from the project's own networks, only for one account, encrypted with the project's own key; a tag is one image
# for ever. Whoever applies it enables no API and grants nothing in other projects: others do that in this organisation.
module "function" {
  source = "../.."

  project                  = var.project
  region                   = var.region
  name                     = "lora-private"
  image                    = var.image
  kms_key                  = var.kms_key
  registry                 = { immutable_tags = true, untagged_days = 1, keep_count = 10 }
  network                  = { network = var.network, subnetwork = var.subnetwork, egress = "all-traffic", tags = ["lora"] }
  access                   = { ingress = "internal", invokers = ["serviceAccount:${var.caller}"] }
  monitoring               = { notification_channels = var.notification_channels }
  labels                   = { team = "language" }
  enable_apis              = false
  grants_in_other_projects = false
}
