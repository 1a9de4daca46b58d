# Task files in a bucket start the function; results and adapters land beside them. What is deleted is gone, and costs nothing more.
module "function" {
  source = "../.."

  project         = var.project
  region          = var.region
  image           = var.image
  timeout_seconds = 600
  events          = { tasks_days = 7, results_days = 30, adapters_days = 30, soft_delete_days = 0, max_delivery_attempts = 20 }
}
