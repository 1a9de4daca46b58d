output "curl" {
  description = "A request to paste into a shell."
  value       = module.function.curl
}

output "url" {
  description = "Address of the page."
  value       = module.function.url
}

output "image_repository" {
  description = "What to push the image as."
  value       = module.function.image_repository
}
