# What the other files share. Each of them is about one concern: service.tf is the function, identity.tf who it is,
# access.tf who may call it, and so on.

data "google_project" "this" {
  project_id = var.project
}

locals {
  labels = merge({ application = var.name }, var.labels)

  # The least that Cloud Run takes for an accelerator is 4 CPU and 16 GiB, or 20 and 80. Twice that beside an L4: the
  # model is read and hashed, and requests are prepared, on the CPU. Beside a GPU there is the most memory for these CPUs.
  gpu        = var.machine.accelerator != "none"
  cpu        = coalesce(var.machine.cpu, { nvidia-l4 = 8, nvidia-rtx-pro-6000 = 20, none = 4 }[var.machine.accelerator])
  memory_gib = coalesce(var.machine.memory_gib, local.gpu ? 4 * local.cpu : 4)

  # A worker decodes sequences of several requests in one batch, of different adapters too: 8, if env says nothing else.
  # Where files are events, a delivery may take minutes, and by Eventarc each result that is written comes back as an event:
  # all of them have to find room in the instance that runs, or they would start another GPU. Cloud Run allows 1000 at most.
  workers     = var.scaling.workers
  sequences   = tonumber(lookup(var.env, "ICM_LORA_WORKER_SEQUENCES", 8))
  waiting     = coalesce(var.scaling.waiting_requests, var.events == null ? 0 : 8)
  concurrency = min(1000, local.workers * local.sequences + local.waiting)

  deployed = var.image == null ? 0 : 1

  apis = var.enable_apis ? toset(concat(
    ["artifactregistry.googleapis.com", "iam.googleapis.com", "run.googleapis.com"],
    var.events == null ? [] : ["pubsub.googleapis.com", "storage.googleapis.com"],
    local.eventarc == 0 ? [] : ["eventarc.googleapis.com"],
    var.jobs == null ? [] : ["cloudscheduler.googleapis.com"],
    var.kms_key == null ? [] : ["cloudkms.googleapis.com"],
    length(var.secret_env) == 0 ? [] : ["secretmanager.googleapis.com"],
    length(var.access.iap_members) == 0 ? [] : ["iap.googleapis.com"],
    var.load_balancer == null ? [] : ["compute.googleapis.com"],
    var.binary_authorization ? ["binaryauthorization.googleapis.com"] : [],
    var.budget == null ? [] : ["billingbudgets.googleapis.com"],
    var.monitoring == null ? [] : ["monitoring.googleapis.com"],
  )) : toset([])
}

resource "google_project_service" "needed" {
  for_each = local.apis

  project            = var.project
  service            = each.value
  disable_on_destroy = false
}
