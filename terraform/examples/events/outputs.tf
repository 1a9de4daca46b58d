output "curl" {
  description = "A request to paste into a shell."
  value       = module.function.curl
}

output "image_repository" {
  description = "What to push the image as."
  value       = module.function.image_repository
}

output "bucket" {
  description = "Where task files go (tasks/NAME.json) and answers appear (results/, adapters/)."
  value       = module.function.bucket
}
