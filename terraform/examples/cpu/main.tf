# The same function without a GPU: slower, far cheaper, and needs no quota. For trying out. Its image is the one of
# `make image KIND=jvm`. A browser or client that keeps cookies stays with the instance that has its adapters.
module "function" {
  source = "../.."

  project = var.project
  region  = var.region
  image   = var.image
  machine = { accelerator = "none", cpu = 4, memory_gib = 4 }
  scaling = { max_instances = 2, session_affinity = true }
  access  = { iap_members = var.iap_members }
}
