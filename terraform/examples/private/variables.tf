variable "project" {
  description = "ID of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Region with the accelerator."
  type        = string
  default     = "europe-west4"
}

variable "image" {
  description = "Image of the function; null for the first apply, which makes the registry to push it to."
  type        = string
  default     = null
}

variable "kms_key" {
  description = "Cloud KMS key in the same region."
  type        = string
}

variable "network" {
  description = "VPC network of the callers."
  type        = string
}

variable "subnetwork" {
  description = "Its subnetwork in the region, with Private Google Access."
  type        = string
}

variable "caller" {
  description = "Address of the service account that may call."
  type        = string
}

variable "notification_channels" {
  description = "Cloud Monitoring channels that receive alerts."
  type        = list(string)
  default     = []
}
