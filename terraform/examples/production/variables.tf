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
  description = "Image of the function by digest, in a repository of any project; null for the first apply, which makes the address for the domain's A record."
  type        = string
  default     = null
}

variable "traffic" {
  description = "Shares of the requests. While a new image is tried: [{ revision = \"NAME\", percent = 90 }, { percent = 10, tag = \"next\" }], where NAME is what the output revision said before."
  type = list(object({
    revision = optional(string)
    percent  = optional(number, 0)
    tag      = optional(string)
  }))
  default = [{ percent = 100 }]
}

variable "api_key_secret" {
  description = "Secret that holds the API key: an ID, or projects/PROJECT/secrets/ID."
  type        = string
}

variable "domain" {
  description = "Name that callers use."
  type        = string
}

variable "models_bucket" {
  description = "Bucket with the generator."
  type        = string
}

variable "generator" {
  description = "Name of the generator's file in that bucket. A new generator has a new name."
  type        = string
  default     = "generator.gguf"
}

variable "adapters_bucket" {
  description = "Bucket that instances share adapters in."
  type        = string
}

variable "notification_channels" {
  description = "Cloud Monitoring channels that receive alerts, five at most."
  type        = list(string)
  default     = []
}

variable "billing_account" {
  description = "Billing account of the project."
  type        = string
}

variable "monthly_budget" {
  description = "What the project may cost in a month, in the account's currency, before somebody is told."
  type        = number
  default     = 500
}
