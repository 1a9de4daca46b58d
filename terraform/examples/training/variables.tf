variable "project" {
  description = "ID of the Google Cloud project."
  type        = string
}

variable "region" {
  description = "Region of the job and its bucket."
  type        = string
  default     = "europe-west4"
}

variable "image" {
  description = "Image of the trainer, from `make image KIND=trainer`. Pushed to a registry before: this makes none."
  type        = string
}
