resource "google_cloud_run_v2_service" "function" {
  count = local.deployed

  project             = var.project
  location            = var.region
  name                = var.name
  description         = "Describe a task, get a specialised model"
  deletion_protection = var.deletion_protection
  labels              = local.labels
  ingress = {
    all                        = "INGRESS_TRAFFIC_ALL"
    internal                   = "INGRESS_TRAFFIC_INTERNAL_ONLY"
    internal-and-load-balancer = "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
  }[local.ingress]
  invoker_iam_disabled = var.access.invoker_iam_disabled
  iap_enabled          = length(var.access.iap_members) > 0
  launch_stage         = length(var.access.iap_members) > 0 ? "BETA" : "GA"
  # An identity token may be made for the name that its bearer calls.
  custom_audiences = var.load_balancer == null ? null : [for domain in local.domains : "https://${domain}"]

  dynamic "binary_authorization" {
    for_each = var.binary_authorization ? [true] : []
    content {
      use_default = true
    }
  }

  # Of the service, not of a revision: two revisions together may not have more.
  scaling {
    min_instance_count = var.scaling.min_instances
    max_instance_count = var.scaling.max_instances
  }

  # Written even where all goes to the latest revision, so that a split which leaves the settings leaves Cloud Run too.
  dynamic "traffic" {
    for_each = var.traffic
    content {
      type     = traffic.value.revision == null ? "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST" : "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION"
      revision = traffic.value.revision
      percent  = traffic.value.percent
      tag      = traffic.value.tag
    }
  }

  template {
    service_account                  = google_service_account.function.email
    execution_environment            = "EXECUTION_ENVIRONMENT_GEN2"
    max_instance_request_concurrency = local.concurrency
    session_affinity                 = var.scaling.session_affinity
    timeout                          = "${var.timeout_seconds}s"
    encryption_key                   = var.kms_key
    labels                           = local.labels
    gpu_zonal_redundancy_disabled    = local.gpu ? !var.machine.zonal_redundancy : null

    scaling {
      min_instance_count = var.scaling.min_instances
      max_instance_count = var.scaling.max_instances
    }

    dynamic "node_selector" {
      for_each = local.gpu ? [var.machine.accelerator] : []
      content {
        accelerator = node_selector.value
      }
    }

    dynamic "vpc_access" {
      for_each = var.network == null ? [] : [var.network]
      content {
        egress = vpc_access.value.egress == "all-traffic" ? "ALL_TRAFFIC" : "PRIVATE_RANGES_ONLY"
        network_interfaces {
          network    = vpc_access.value.network
          subnetwork = vpc_access.value.subnetwork
          tags       = vpc_access.value.tags
        }
      }
    }

    dynamic "volumes" {
      for_each = var.model_volume == null ? [] : [var.model_volume]
      content {
        name = "models"
        gcs {
          bucket        = volumes.value.bucket
          read_only     = true
          mount_options = concat(local.mount_options, volumes.value.mount_options)
        }
      }
    }

    dynamic "volumes" {
      for_each = var.adapters_volume == null ? [] : [var.adapters_volume]
      content {
        name = "adapters"
        gcs {
          bucket        = volumes.value.bucket
          read_only     = false
          mount_options = concat(local.mount_options, volumes.value.mount_options)
        }
      }
    }

    containers {
      image = var.image

      ports {
        container_port = 8080
      }

      resources {
        limits = merge(
          { cpu = tostring(local.cpu), memory = "${local.memory_gib}Gi" },
          local.gpu ? { "nvidia.com/gpu" = "1" } : {},
        )
        # A GPU is billed as long as its instance lives, and Cloud Run takes it only with the CPU always allocated. Without
        # a CPU between requests, a job that was taken would stand still.
        cpu_idle          = !local.gpu && var.jobs == null
        startup_cpu_boost = true
      }

      dynamic "env" {
        for_each = local.env
        content {
          name  = env.key
          value = env.value
        }
      }

      dynamic "env" {
        for_each = var.secret_env
        content {
          name = env.key
          value_source {
            secret_key_ref {
              secret  = env.value.secret
              version = env.value.version
            }
          }
        }
      }

      dynamic "volume_mounts" {
        for_each = var.model_volume == null ? [] : [var.model_volume]
        content {
          name       = "models"
          mount_path = "/mnt/models"
        }
      }

      dynamic "volume_mounts" {
        for_each = var.adapters_volume == null ? [] : [var.adapters_volume]
        content {
          name       = "adapters"
          mount_path = local.adapters_directory
        }
      }

      # Asked every second, since half the period is what an average cold start waits in vain; up to four minutes, the
      # longest that Cloud Run allows, for a large model on a mounted bucket.
      startup_probe {
        period_seconds    = 1
        timeout_seconds   = 1
        failure_threshold = 240
        http_get {
          path = "/q/health/started"
          port = 8080
        }
      }

      # An instance whose queue is full gets no more requests until there is room again.
      readiness_probe {
        period_seconds    = 5
        timeout_seconds   = 2
        failure_threshold = 1
        success_threshold = 1
        http_get {
          path = "/q/health/ready"
          port = 8080
        }
      }

      liveness_probe {
        period_seconds    = 10
        timeout_seconds   = 5
        failure_threshold = 3
        http_get {
          path = "/q/health/live"
          port = 8080
        }
      }
    }
  }

  depends_on = [
    google_project_service.needed,
    google_kms_crypto_key_iam_member.service_agent,
    google_secret_manager_secret_iam_member.function,
    google_artifact_registry_repository_iam_member.image_reader,
    google_storage_bucket_iam_member.function,
    google_storage_bucket_iam_member.model_reader,
    google_storage_bucket_iam_member.adapters_user,
  ]
}

locals {
  adapters_directory = "/mnt/adapters"

  # Cloud Run mounts a bucket as root's own; the images run as this user, who could not write there.
  mount_options = ["uid=10001", "gid=10001"]

  env = merge(
    var.env,
    local.storage_env,
    var.adapters_volume == null ? {} : {
      ICM_LORA_ADAPTERS_DIR = local.adapters_directory
      # Functions and jobs need conditional writes, which a mounted bucket does not have.
      ICM_LORA_STORAGE_BUCKET = "gs://${var.adapters_volume.bucket}"
    },
    {
      # Earlier than Cloud Run, whose own time-out says nothing about the cause.
      ICM_LORA_REQUEST_TIMEOUT = "${local.request_seconds}s"
      # An instance that pays for a GPU and does not find it must not serve slowly on the CPU.
      ICM_LORA_REQUIRE_GPU = tostring(local.gpu)
      ICM_LORA_WORKERS     = tostring(local.workers)
    },
  )
}
