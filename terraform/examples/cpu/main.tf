# The same function without a GPU: slower, far cheaper, and needs no quota. For trying out.
module "function" {
  source = "../.."

  project = var.project
  region  = var.region
  image   = var.image
  machine = { accelerator = "none", cpu = 4, memory_gib = 4 }
}
