variable "project" {
  description = "ID of the Google Cloud project that everything is made in."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project))
    error_message = "project must be a project ID: 6 to 30 lower-case letters, digits and hyphens, beginning with a letter and not ending with a hyphen. A project number or display name does not do."
  }
}

variable "region" {
  description = "Region of the service and, unless events.location says otherwise, of the buckets. It has to offer the chosen accelerator."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[a-z]+-[a-z]+[0-9]+$", var.region))
    error_message = "region must be a Cloud Run region such as europe-west4 or us-east4; a zone (europe-west4-a) does not do."
  }
}

variable "name" {
  description = "Name of the service and beginning of every other name."
  type        = string
  default     = "icm-lora"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z][a-z0-9-]{1,18}[a-z0-9]$", var.name))
    error_message = "name must have 3 to 20 lower-case letters, digits and hyphens, begin with a letter and not end with a hyphen: service account IDs are made from it and have 6 to 30 characters."
  }
}

variable "image" {
  description = "Container image of the function, by tag or by digest. Cloud Run looks a tag up once, when it makes a revision: what is pushed under the same tag later changes nothing until something else changes. A digest says which image runs. Null makes everything but the service, so that the image can be pushed to the registry first."
  type        = string
  default     = null

  validation {
    condition     = var.image == null || can(regex("^[a-z0-9.-]+(:[0-9]+)?/[a-z0-9._/-]+(:[A-Za-z0-9._-]+|@sha256:[0-9a-f]{64})$", var.image))
    error_message = "image must name its registry and a tag or a digest, such as europe-west4-docker.pkg.dev/my-project/icm-lora/function:cuda."
  }

  validation {
    condition     = var.image == null || !can(regex(":latest$", var.image))
    error_message = "image must not be tagged latest: Cloud Run looks a tag up only when it makes a revision, so a newer image under the same tag is no change to Terraform, and would come with the next unrelated one."
  }
}

variable "registry" {
  description = "Artifact Registry repository for the image; null makes none. Versions without a tag are deleted after untagged_days. With immutable_tags a tag names the same image for ever: it can neither be moved nor deleted, so every version that has one is kept, and paid for."
  type = object({
    untagged_days  = optional(number, 7)
    keep_count     = optional(number, 5)
    immutable_tags = optional(bool, false)
  })
  default = {}

  validation {
    condition     = var.registry == null || try(var.registry.untagged_days >= 1 && var.registry.keep_count >= 1, false)
    error_message = "registry.untagged_days and registry.keep_count must be at least 1."
  }
}

variable "binary_authorization" {
  description = "Cloud Run makes a revision only of an image that the project's policy of Binary Authorization allows. The policy is yours: Google's first one allows every image."
  type        = bool
  default     = false
  nullable    = false
}

variable "grants_in_other_projects" {
  description = "Grants what an image, a secret or a kms_key of another project needs there: Cloud Run's agent reads the repository, the function reads the secret, Google's agents use the key. Who applies has to be allowed to grant it; false where the owners do."
  type        = bool
  default     = true
  nullable    = false
}

variable "machine" {
  description = "What an instance has. accelerator: nvidia-l4, nvidia-rtx-pro-6000 or none. cpu and memory_gib default to what suits the accelerator. zonal_redundancy costs more a second."
  type = object({
    accelerator      = optional(string, "nvidia-l4")
    cpu              = optional(number)
    memory_gib       = optional(number)
    zonal_redundancy = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["nvidia-l4", "nvidia-rtx-pro-6000", "none"], var.machine.accelerator)
    error_message = "machine.accelerator must be nvidia-l4, nvidia-rtx-pro-6000 or none."
  }

  validation {
    condition = var.machine.accelerator != "nvidia-l4" || (
      contains([4, 6, 8], coalesce(var.machine.cpu, 8)) &&
      coalesce(var.machine.memory_gib, 16) >= 16
    )
    error_message = "An nvidia-l4 needs machine.cpu 4, 6 or 8 and machine.memory_gib 16 or more."
  }

  validation {
    condition = var.machine.accelerator != "nvidia-rtx-pro-6000" || (
      coalesce(var.machine.cpu, 20) >= 20 && coalesce(var.machine.memory_gib, 80) >= 80
    )
    error_message = "An nvidia-rtx-pro-6000 needs machine.cpu 20 or more and machine.memory_gib 80 or more."
  }

  validation {
    condition = var.machine.accelerator != "none" || (
      contains([1, 2, 4, 6, 8], coalesce(var.machine.cpu, 4)) &&
      coalesce(var.machine.memory_gib, 4) >= (coalesce(var.machine.cpu, 4) > 4 ? 4 : 2)
    )
    error_message = "Without an accelerator, machine.cpu must be 1, 2, 4, 6 or 8 and machine.memory_gib at least 2, or 4 from 6 CPU on."
  }

  validation {
    condition = var.machine.accelerator == "nvidia-rtx-pro-6000" || (
      coalesce(var.machine.memory_gib, 1) <= 4 * coalesce(var.machine.cpu, var.machine.accelerator == "none" ? 4 : 8)
    )
    error_message = "machine.memory_gib may be at most 4 for each CPU (Cloud Run's rule), and so at most 32."
  }

  validation {
    condition     = coalesce(var.machine.cpu, 4) == floor(coalesce(var.machine.cpu, 4)) && coalesce(var.machine.memory_gib, 4) == floor(coalesce(var.machine.memory_gib, 4))
    error_message = "machine.cpu and machine.memory_gib must be whole numbers."
  }
}

variable "scaling" {
  description = "How many instances. min_instances above 0 pays for idle ones. max_instances bounds the bill; above 1 needs adapters_volume, by which an instance knows the adapters that another one made, or session_affinity, by which Cloud Run sends a client that keeps cookies to the instance that answered it before, as far as it can. workers take memory on the GPU each, and each works on 8 requests at once, of different adapters too (or on as many as ICM_LORA_WORKER_SEQUENCES in env says). waiting_requests may wait in an instance beyond those before another instance is started (default: none, 8 with events)."
  type = object({
    min_instances    = optional(number, 0)
    max_instances    = optional(number, 1)
    workers          = optional(number, 1)
    waiting_requests = optional(number)
    session_affinity = optional(bool, false)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.scaling.max_instances >= 1 && var.scaling.max_instances <= 100
    error_message = "scaling.max_instances must be 1 to 100: every instance is billed."
  }

  validation {
    condition     = var.scaling.min_instances >= 0 && var.scaling.min_instances <= var.scaling.max_instances
    error_message = "scaling.min_instances must be 0 to scaling.max_instances."
  }

  validation {
    condition     = var.scaling.workers >= 1 && var.scaling.workers <= 64 && var.scaling.workers == floor(var.scaling.workers)
    error_message = "scaling.workers must be a whole number from 1 to 64."
  }

  validation {
    condition     = coalesce(var.scaling.waiting_requests, 0) >= 0 && coalesce(var.scaling.waiting_requests, 0) <= 64
    error_message = "scaling.waiting_requests must be 0 to 64, what the function's queue holds."
  }
}

variable "traffic" {
  description = "Which revision has which share of the requests, in percent. A revision is named (output revision), or null for the latest. A tag gives it an address of its own (output tagged_urls), which a revision without a share needs. All goes to the latest unless said otherwise. A revision that has only a tag does not count among scaling.max_instances: while somebody asks it, it is one more GPU."
  type = list(object({
    revision = optional(string)
    percent  = optional(number, 0)
    tag      = optional(string)
  }))
  default  = [{ percent = 100 }]
  nullable = false

  validation {
    condition     = sum(concat([0], var.traffic[*].percent)) == 100
    error_message = "The percents of traffic must add up to 100."
  }

  validation {
    condition     = alltrue([for share in var.traffic : share.percent >= 0 && share.percent == floor(share.percent)])
    error_message = "Each percent of traffic must be a whole number, 0 or more."
  }

  validation {
    condition     = alltrue([for share in var.traffic : share.percent > 0 || share.tag != null])
    error_message = "A revision without a share of the traffic needs a tag: nobody could ask it."
  }

  validation {
    condition     = length(distinct([for share in var.traffic : coalesce(share.revision, "latest")])) == length(var.traffic)
    error_message = "traffic names each revision once, and the latest (no revision) once."
  }

  validation {
    condition     = alltrue([for share in var.traffic : share.revision == null || can(regex("^[a-z][a-z0-9-]{0,61}[a-z0-9]$", share.revision))])
    error_message = "traffic's revisions are names such as icm-lora-00007-abc: the last part of the output revision, without projects/."
  }

  validation {
    condition     = alltrue([for share in var.traffic : share.tag == null || can(regex("^[a-z]([a-z0-9-]*[a-z0-9])?$", share.tag))])
    error_message = "traffic's tags are lower-case letters, digits and hyphens, begin with a letter and do not end with a hyphen."
  }

  validation {
    condition     = length(distinct(compact(var.traffic[*].tag))) == length(compact(var.traffic[*].tag))
    error_message = "Each tag of traffic names one revision."
  }
}

variable "timeout_seconds" {
  description = "Seconds after which a request is ended. The function itself answers 504 two seconds earlier, with a reason. With events at least 300: a delivery begins nothing new after nine tenths of the time, of 600 at most, and every request has the tenth that is left, less two seconds."
  type        = number
  default     = 60
  nullable    = false

  validation {
    condition     = var.timeout_seconds >= 5 && var.timeout_seconds <= 3600 && var.timeout_seconds == floor(var.timeout_seconds)
    error_message = "timeout_seconds must be a whole number from 5 to 3600, Cloud Run's limit."
  }
}

variable "env" {
  description = "More settings of the function, as environment variables: ICM_LORA_WORKER_SEQUENCES, QUARKUS_LOG_LEVEL and so on."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for name in keys(var.env) : can(regex("^[A-Z][A-Z0-9_]*$", name))])
    error_message = "Names in env must be upper-case letters, digits and underscores."
  }

  validation {
    condition     = length(setintersection(keys(var.env), ["PORT", "ICM_LORA_REQUEST_TIMEOUT", "ICM_LORA_REQUIRE_GPU", "ICM_LORA_WORKERS", "ICM_LORA_EVENTS_BUCKETS", "ICM_LORA_EVENTS_DEADLINE"])) == 0
    error_message = "PORT, ICM_LORA_REQUEST_TIMEOUT, ICM_LORA_REQUIRE_GPU, ICM_LORA_WORKERS, ICM_LORA_EVENTS_BUCKETS and ICM_LORA_EVENTS_DEADLINE are set by this module: use timeout_seconds, machine, scaling and events."
  }
}

variable "secret_env" {
  description = "Settings whose values are in Secret Manager, such as an API key. secret is its ID, or projects/PROJECT/secrets/ID in another project. The function's service account may read exactly these secrets."
  type = map(object({
    secret  = string
    version = optional(string, "latest")
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.secret_env) : can(regex("^[A-Z][A-Z0-9_]*$", name))])
    error_message = "Names in secret_env must be upper-case letters, digits and underscores."
  }

  validation {
    condition     = alltrue([for entry in values(var.secret_env) : can(regex("^(projects/[a-z0-9-]+/secrets/)?[A-Za-z0-9_-]{1,255}$", entry.secret))])
    error_message = "secret_env names secrets of this project by their ID (letters, digits, hyphens and underscores), of another one by projects/PROJECT/secrets/ID. The version is a field of its own."
  }
}

variable "model_volume" {
  description = "Bucket that is mounted read-only at /mnt/models, for a base model or generator that is not in the image; name the files with env (ICM_LORA_MODEL, ICM_LORA_GENERATOR). mount_options are options of Cloud Storage FUSE, such as metadata-cache-ttl-secs=-1 where the files never change. Null mounts none."
  type = object({
    bucket        = string
    mount_options = optional(list(string), [])
  })
  default = null

  validation {
    condition     = alltrue([for option in try(var.model_volume.mount_options, []) : can(regex("^[a-z][a-z-]*(=[^,;[:space:]]+)?$", option)) && !can(regex("^[ug]id(=|$)", option))])
    error_message = "model_volume.mount_options are options of Cloud Storage FUSE without leading hyphens, one each: name or name=value. uid and gid are the image's user, set by this module."
  }
}

variable "adapters_volume" {
  description = "Bucket that is mounted at /mnt/adapters, where instances keep the adapters they made and find those of others, so that a new one knows the tasks that were asked before. mount_options are options of Cloud Storage FUSE; with metadata-cache-negative-ttl-secs=0 an adapter that another instance wrote is found at once, and not after 5 seconds. Functions that callers define, and jobs, are kept in that bucket too, so it needs jobs. Null keeps adapters in memory only, and takes neither functions nor jobs."
  type = object({
    bucket        = string
    mount_options = optional(list(string), [])
  })
  default = null

  validation {
    condition     = alltrue([for option in try(var.adapters_volume.mount_options, []) : can(regex("^[a-z][a-z-]*(=[^,;[:space:]]+)?$", option)) && !can(regex("^[ug]id(=|$)", option))])
    error_message = "adapters_volume.mount_options are options of Cloud Storage FUSE without leading hyphens, one each: name or name=value. uid and gid are the image's user, set by this module."
  }
}

variable "jobs" {
  description = "Jobs, which adapters_volume gives a place: set with it, and only with it. An instance then has its processor between requests too, and is billed as long as it lives. By schedule (cron, UTC), Cloud Scheduler calls the function, so that an instance goes on with jobs that are open; each call starts one, also where no job is open. Null for none."
  type = object({
    schedule = optional(string, "0 * * * *")
  })
  default = null

  validation {
    condition     = can(regex("^[^[:space:]]+( [^[:space:]]+){4}$", try(var.jobs.schedule, "0 * * * *")))
    error_message = "jobs.schedule must be a cron expression of five fields, such as 0 * * * * for each hour."
  }
}

variable "access" {
  description = "Who may call. invokers are IAM members; public lets anyone call; iap_members puts Identity-Aware Proxy in front and lets these members through. With invoker_iam_disabled Cloud Run asks nobody who they are and the function itself does, by API keys or tokens: for callers without a Google identity, also where an organisation forbids public. ingress is all, internal or internal-and-load-balancer (by default all, with load_balancer the last)."
  type = object({
    public               = optional(bool, false)
    invokers             = optional(list(string), [])
    invoker_iam_disabled = optional(bool, false)
    ingress              = optional(string)
    iap_members          = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = contains(["all", "internal", "internal-and-load-balancer"], coalesce(var.access.ingress, "all"))
    error_message = "access.ingress must be all, internal or internal-and-load-balancer."
  }

  validation {
    condition     = alltrue([for member in concat(var.access.invokers, var.access.iap_members) : can(regex("^(user|serviceAccount|group|domain|principal|principalSet):[^[:space:]]+$", member))])
    error_message = "Members must be user:, serviceAccount:, group:, domain:, principal: or principalSet: followed by a name. To let anyone call, set access.public."
  }

  validation {
    condition     = !(var.access.public && length(var.access.iap_members) > 0)
    error_message = "access.public and access.iap_members exclude each other."
  }

  validation {
    condition     = !(var.access.public && coalesce(var.access.ingress, "all") == "internal")
    error_message = "access.public and access.ingress internal exclude each other: nobody outside would reach the service."
  }

  validation {
    condition     = !var.access.invoker_iam_disabled || !(var.access.public || length(concat(var.access.invokers, var.access.iap_members)) > 0)
    error_message = "access.invoker_iam_disabled excludes public, invokers and iap_members: nothing would look at them."
  }
}

variable "load_balancer" {
  description = "External HTTPS load balancer with Cloud Armor in front of the service; null for none. Google issues the certificate once the domains' A records name the output load_balancer_ip. An address that makes more requests_per_minute gets a 429, and the function does not hear of it. Both are paid for whether anybody asks or not."
  type = object({
    domains             = list(string)
    requests_per_minute = optional(number, 120)
  })
  default = null

  validation {
    condition = var.load_balancer == null || (
      length(try(var.load_balancer.domains, [])) >= 1 && length(try(var.load_balancer.domains, [])) <= 100 &&
      alltrue([for domain in try(var.load_balancer.domains, []) : can(regex("^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z]{2,63}$", domain))])
    )
    error_message = "load_balancer.domains must be 1 to 100 names such as api.example.com, in lower case. Google's certificates take no wildcard."
  }

  validation {
    condition     = try(var.load_balancer.requests_per_minute >= 1 && var.load_balancer.requests_per_minute <= 1000000 && var.load_balancer.requests_per_minute == floor(var.load_balancer.requests_per_minute), true)
    error_message = "load_balancer.requests_per_minute must be a whole number from 1 to 1000000, Cloud Armor's limits."
  }
}

variable "network" {
  description = "VPC network that the function's outgoing traffic goes through (direct VPC egress); null for none. egress is private-ranges-only or all-traffic."
  type = object({
    network    = string
    subnetwork = string
    tags       = optional(list(string), [])
    egress     = optional(string, "private-ranges-only")
  })
  default = null

  validation {
    condition     = contains(["private-ranges-only", "all-traffic"], try(var.network.egress, "all-traffic"))
    error_message = "network.egress must be private-ranges-only or all-traffic."
  }
}

variable "kms_key" {
  description = "Cloud KMS key of the region, for Google's own keys null. It encrypts the registry, the copy of the image that Cloud Run keeps, the bucket of events and their topic. Registry and bucket take only a key of their own location, so events.location must be the region. It does not encrypt the service's settings, nor the buckets of model_volume and adapters_volume, which you made."
  type        = string
  default     = null

  validation {
    condition     = var.kms_key == null || can(regex("^projects/[^/]+/locations/[^/]+/keyRings/[^/]+/cryptoKeys/[^/]+$", var.kms_key))
    error_message = "kms_key must be projects/PROJECT/locations/LOCATION/keyRings/RING/cryptoKeys/KEY, without a version."
  }
}

variable "deletion_protection" {
  description = "Refuses to destroy the service until this is false again. The service holds no data; the buckets are guarded by events.force_destroy."
  type        = bool
  default     = false
  nullable    = false
}

variable "labels" {
  description = "Labels of everything that can have some."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = alltrue([for key, value in var.labels : can(regex("^[a-z][a-z0-9_-]{0,62}$", key)) && can(regex("^[a-z0-9_-]{0,63}$", value))])
    error_message = "Label keys begin with a lower-case letter; keys and values have at most 63 lower-case letters, digits, hyphens and underscores."
  }
}

variable "enable_apis" {
  description = "Enables the Google Cloud APIs that are needed. They stay enabled after a destroy: others may use them, and they cost nothing."
  type        = bool
  default     = true
  nullable    = false
}

variable "events" {
  description = "Task files under tasks/ in a bucket start the function: null for none. delivery is pubsub, where everything on an event's way is Terraform's, or eventarc, which needs the output subscription_command once. Files under tasks/, results/ and adapters/ are deleted after so many days (0 keeps them). For soft_delete_days what was deleted or overwritten can be had back, and is paid for. What could not be delivered in max_delivery_attempts goes to a dead-letter topic."
  type = object({
    delivery              = optional(string, "pubsub")
    location              = optional(string)
    tasks_days            = optional(number, 30)
    results_days          = optional(number, 90)
    adapters_days         = optional(number, 0)
    soft_delete_days      = optional(number, 7)
    force_destroy         = optional(bool, false)
    max_delivery_attempts = optional(number, 100)
  })
  default = null

  validation {
    condition     = contains(["pubsub", "eventarc"], try(var.events.delivery, "pubsub"))
    error_message = "events.delivery must be pubsub or eventarc."
  }

  validation {
    condition     = try(var.events.location, null) == null || can(regex("^([a-z]+-[a-z]+[0-9]+|us|eu|asia)$", var.events.location))
    error_message = "events.location must be a region, or us, eu or asia, in lower case."
  }

  validation {
    condition = alltrue([
      for days in [try(var.events.tasks_days, 0), try(var.events.results_days, 0), try(var.events.adapters_days, 0)] :
      days >= 0 && days == floor(days)
    ])
    error_message = "events.tasks_days, results_days and adapters_days must be whole days, 0 to keep files for ever."
  }

  validation {
    condition     = contains(concat([0], range(7, 91)), try(var.events.soft_delete_days, 7))
    error_message = "events.soft_delete_days must be 7 to 90 whole days, Cloud Storage's limits, or 0 for none."
  }

  validation {
    condition     = try(var.events.max_delivery_attempts, 5) >= 5 && try(var.events.max_delivery_attempts, 5) <= 100
    error_message = "events.max_delivery_attempts must be 5 to 100, Pub/Sub's limits."
  }
}

variable "monitoring" {
  description = "Alerts and a dashboard; null for none. notification_channels are the alerts' receivers. Each threshold may be 0 for no such alert: share of 5xx answers (with events but 503, which asks for an event again), 95th percentile in seconds (null: 30, or none with events, since a delivery may take minutes), cold starts an hour, instance-seconds a day (what a GPU is billed by)."
  type = object({
    notification_channels    = optional(list(string), [])
    error_share              = optional(number, 0.05)
    latency_p95_seconds      = optional(number)
    cold_starts_per_hour     = optional(number, 30)
    instance_seconds_per_day = optional(number, 14400)
  })
  default = {}

  validation {
    condition     = alltrue([for channel in try(var.monitoring.notification_channels, []) : can(regex("^projects/[^/]+/notificationChannels/[0-9]+$", channel))])
    error_message = "monitoring.notification_channels must be projects/PROJECT/notificationChannels/NUMBER."
  }

  validation {
    condition     = try(var.monitoring.error_share >= 0 && var.monitoring.error_share < 1, true)
    error_message = "monitoring.error_share is a share: less than 1, or 0 for no such alert."
  }

  validation {
    condition = alltrue([
      for threshold in [coalesce(try(var.monitoring.latency_p95_seconds, null), 0), try(var.monitoring.cold_starts_per_hour, 0), try(var.monitoring.instance_seconds_per_day, 0)] :
      threshold >= 0
    ])
    error_message = "monitoring's thresholds must be more than 0, or 0 for no such alert."
  }
}

variable "budget" {
  description = "Mail at 50, 90 and 100 % of what the whole project may cost in a month, and when it is forecast to; null for none. amount is in whole units of the billing account's currency. It goes to the account's administrators and to monitoring's notification_channels. It ends nothing: scaling.max_instances does. The provider needs user_project_override and a billing_project for it."
  type = object({
    billing_account = string
    amount          = number
  })
  default = null

  validation {
    condition     = var.budget == null || can(regex("^[0-9A-F]{6}-[0-9A-F]{6}-[0-9A-F]{6}$", var.budget.billing_account))
    error_message = "budget.billing_account must be an account's ID, such as 012345-6789AB-CDEF01."
  }

  validation {
    condition     = try(var.budget.amount >= 1 && var.budget.amount == floor(var.budget.amount), true)
    error_message = "budget.amount must be a whole number, 1 or more."
  }
}
