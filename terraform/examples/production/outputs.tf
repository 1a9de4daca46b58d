output "curl" {
  description = "A request to paste into a shell."
  value       = module.function.curl
}

output "load_balancer_ip" {
  description = "What the domain's A record has to name."
  value       = module.function.load_balancer_ip
}

output "revision" {
  description = "Name of the newest revision, for traffic."
  value       = module.function.revision
}

output "tagged_urls" {
  description = "Addresses of the tags in traffic."
  value       = module.function.tagged_urls
}
