# Task files of a bucket that several regions hold, brought by Eventarc, for a GPU with room for four workers. The bucket may
# be destroyed with what it holds: whoever puts the task files there has them elsewhere.
module "function" {
  source = "../.."

  project         = var.project
  region          = var.region
  image           = var.image
  machine         = { accelerator = "nvidia-rtx-pro-6000", cpu = 20, memory_gib = 80 }
  scaling         = { workers = 4, waiting_requests = 16 }
  timeout_seconds = 600
  events          = { delivery = "eventarc", location = "eu", force_destroy = true }
}
