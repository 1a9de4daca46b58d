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

variable "notification_channels" {
  description = "Cloud Monitoring channels that receive alerts."
  type        = list(string)
  default     = []
}
