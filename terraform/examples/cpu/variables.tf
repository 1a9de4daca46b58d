variable "project" {
  description = "ID of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Region of the service."
  type        = string
  default     = "europe-west4"
}

variable "image" {
  description = "Image of the function; null for the first apply, which makes the registry to push it to."
  type        = string
  default     = null
}

variable "iap_members" {
  description = "Who reaches the function's page in a browser, through Identity-Aware Proxy: user:ada@example.com, group:team@example.com. Without any, there is no proxy, and who may call it in the project can call it."
  type        = list(string)
  default     = []
}
