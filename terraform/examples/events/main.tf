# Task files in a bucket start the function; results and adapters land beside them. What is deleted is gone, and costs nothing more.
module "function" {
  source = "../.."

  project         = var.project
  region          = var.region
  image           = var.image
  timeout_seconds = 600
  events          = { tasks_days = 7, results_days = 30, soft_delete_days = 0 }
}

output "bucket" {
  description = "Where task files go (tasks/NAME.json) and answers appear (results/, adapters/)."
  value       = module.function.bucket
}
