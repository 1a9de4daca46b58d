# For anyone who knows the address, so without a GPU. One instance is always there and nobody waits for a start; the function
# counts requests of all callers together, since it does not know them. The alert of spending expects that instance.
module "function" {
  source = "../.."

  project    = var.project
  region     = var.region
  image      = var.image
  machine    = { accelerator = "none" }
  scaling    = { min_instances = 1 }
  access     = { public = true }
  env        = { ICM_LORA_RATE_LIMIT_REQUESTS_PER_MINUTE = "120" }
  monitoring = { notification_channels = var.notification_channels, instance_seconds_per_day = 90000 }
}
