output "run" {
  description = "Command that starts the job and waits for its end."
  value       = module.training.run
}

output "bucket" {
  description = "Where vectors/ appears."
  value       = module.training.bucket
}
