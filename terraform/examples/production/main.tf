# For callers outside, under a name of one's own, by API key: Cloud Armor in front, an image that was attested, two instances
# that share their adapters and outlast a zone, a new revision that gets some of the requests first, alerts that come early,
# and a mail before it becomes expensive.
# Image and key are in projects of their own, as larger organisations keep them.
module "function" {
  source = "../.."

  project              = var.project
  region               = var.region
  image                = var.image
  registry             = null
  binary_authorization = true
  machine              = { zonal_redundancy = true }
  scaling              = { max_instances = 2, workers = 2 }
  traffic              = var.traffic
  access               = { invoker_iam_disabled = true }
  secret_env           = { ICM_LORA_API_KEY = { secret = var.api_key_secret, version = "1" } }
  load_balancer        = { domains = [var.domain], requests_per_minute = 300 }
  env                  = { ICM_LORA_GENERATOR = "/mnt/models/${var.generator}" }
  model_volume         = { bucket = var.models_bucket, mount_options = ["metadata-cache-ttl-secs=-1"] }
  adapters_volume      = { bucket = var.adapters_bucket, mount_options = ["metadata-cache-negative-ttl-secs=0"] }
  jobs                 = { schedule = "*/30 * * * *" }
  monitoring = {
    notification_channels    = var.notification_channels
    error_share              = 0.01
    latency_p95_seconds      = 10
    cold_starts_per_hour     = 12
    instance_seconds_per_day = 43200
  }
  budget              = { billing_account = var.billing_account, amount = var.monthly_budget }
  deletion_protection = true
}
