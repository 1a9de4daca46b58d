output "image_repository" {
  description = "What to push the image as."
  value       = module.function.image_repository
}

output "bucket" {
  description = "Where task files go (tasks/NAME.json) and answers appear (results/, adapters/)."
  value       = module.function.bucket
}

output "subscription_command" {
  description = "To be run once after the apply that has the image."
  value       = module.function.subscription_command
}
