variable "project" {
  description = "ID of the Google Cloud project."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be a project ID: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen. A project number or display name does not do."
  }
}

variable "region" {
  description = "Region of the job and its bucket."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a Cloud Run region such as europe-west4 or us-east4; a zone (europe-west4-a) does not do."
  }
}

variable "name" {
  description = "Name of the job and beginning of every other name."
  type        = string
  default     = "icm-lora-training"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,23}[a-z0-9]$", var.name))
    error_message = "name must have 6 to 25 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen."
  }
}

variable "image" {
  description = "Image of the trainer (src/main/docker/Dockerfile.trainer), by tag or by digest. A digest says which image runs."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("(:[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})$", var.image)) && !can(regex(":latest$", var.image))
    error_message = "image must have a tag other than latest, or a digest: Cloud Run looks a tag up when the job is changed, so a newer image under the same tag is no change to Terraform."
  }
}

variable "command" {
  description = "What each task runs: arguments of icm-lora. The shard is taken from CLOUD_RUN_TASK_INDEX and CLOUD_RUN_TASK_COUNT."
  type        = list(string)
  default     = ["vectors", "--to", "/mnt/training/vectors"]
  nullable    = false
}

variable "shards" {
  description = "Tasks that the work is divided among; parallelism of them run at once (null: as many as the quota allows), and a task that failed is tried max_retries times more."
  type = object({
    count       = optional(number, 4)
    parallelism = optional(number)
    max_retries = optional(number, 3)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.shards.count >= 1 && var.shards.count <= 10000
    error_message = "shards.count must be 1 to 10000, Cloud Run's limit."
  }

  validation {
    condition     = try(var.shards.parallelism >= 1 && var.shards.parallelism <= var.shards.count, var.shards.parallelism == null)
    error_message = "shards.parallelism must be 1 to shards.count, or null."
  }

  validation {
    condition     = var.shards.max_retries >= 0 && var.shards.max_retries <= 10
    error_message = "shards.max_retries must be 0 to 10."
  }
}

variable "machine" {
  description = "What a task has. The trainer's image computes on the CPU: an accelerator, nvidia-l4 or nvidia-rtx-pro-6000, is for other images and commands."
  type = object({
    accelerator = optional(string, "none")
    cpu         = optional(number)
    memory_gib  = optional(number)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["nvidia-l4", "nvidia-rtx-pro-6000", "none"], var.machine.accelerator)
    error_message = "machine.accelerator must be nvidia-l4, nvidia-rtx-pro-6000 or none."
  }

  validation {
    condition     = var.machine.accelerator != "nvidia-l4" || (contains([4, 6, 8], coalesce(var.machine.cpu, 4)) && coalesce(var.machine.memory_gib, 16) >= 16)
    error_message = "An nvidia-l4 needs machine.cpu 4, 6 or 8 and machine.memory_gib 16 or more."
  }

  validation {
    condition     = var.machine.accelerator != "nvidia-rtx-pro-6000" || (coalesce(var.machine.cpu, 20) >= 20 && coalesce(var.machine.memory_gib, 80) >= 80)
    error_message = "An nvidia-rtx-pro-6000 needs machine.cpu 20 or more and machine.memory_gib 80 or more."
  }

  validation {
    condition     = var.machine.accelerator == "nvidia-rtx-pro-6000" || coalesce(var.machine.memory_gib, 1) <= 4 * coalesce(var.machine.cpu, 4)
    error_message = "machine.memory_gib may be at most 4 for each CPU (Cloud Run's rule), and so at most 32."
  }
}

variable "timeout_seconds" {
  description = "Seconds after which a task is ended and tried again; with a GPU at most 3600."
  type        = number
  default     = 3600
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 60 && var.timeout_seconds <= 86400
    error_message = "timeout_seconds must be 60 to 86400."
  }
}

variable "keep_days" {
  description = "Days after which what a task wrote is deleted; 0 keeps it."
  type        = number
  default     = 0
  nullable    = false

  validation {
    condition     = var.keep_days >= 0 && var.keep_days == floor(var.keep_days)
    error_message = "keep_days must be whole days, 0 to keep files for ever."
  }
}

variable "soft_delete_days" {
  description = "Days for which what was deleted or overwritten can be had back, and is paid for; 0 for none."
  type        = number
  default     = 7
  nullable    = false

  validation {
    condition     = contains(concat([0], range(7, 91)), var.soft_delete_days)
    error_message = "soft_delete_days must be 7 to 90 whole days, Cloud Storage's limits, or 0 for none."
  }
}

variable "force_destroy" {
  description = "Lets a destroy delete the bucket with what was computed."
  type        = bool
  default     = false
  nullable    = false
}

variable "labels" {
  description = "Labels of job and bucket."
  type        = map(string)
  default     = {}
  nullable    = false
}
