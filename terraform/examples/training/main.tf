# Sixteen tasks take the task vectors that a generator is trained on, eight at a time. What they wrote is deleted a month later,
# and with the bucket: it was copied to the machine that trains, and can be computed again.
module "training" {
  source = "../../modules/training"

  project          = var.project
  region           = var.region
  name             = "icm-lora-vectors"
  image            = var.image
  command          = ["vectors", "--to", "/mnt/training/vectors"]
  shards           = { count = 16, parallelism = 8, max_retries = 2 }
  machine          = { accelerator = "none", cpu = 4, memory_gib = 8 }
  timeout_seconds  = 7200
  keep_days        = 30
  soft_delete_days = 0
  force_destroy    = true
  labels           = { purpose = "training" }
}
