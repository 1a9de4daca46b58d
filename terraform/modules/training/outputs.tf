output "job" {
  description = "Name of the job."
  value       = google_cloud_run_v2_job.training.name
}

output "bucket" {
  description = "Bucket that the tasks write to."
  value       = google_storage_bucket.training.name
}

output "run" {
  description = "Command that starts the job and waits for its end."
  value       = "gcloud run jobs execute ${google_cloud_run_v2_job.training.name} --project ${var.project} --region ${var.region} --wait"
}
