# Each example and the training module, as a user would apply them.
mock_provider "google" {
  mock_data "google_project" {
    defaults = { number = "123456789012" }
  }
  mock_data "google_storage_project_service_account" {
    defaults = { email_address = "service-123456789012@gs-project-accounts.iam.gserviceaccount.com" }
  }
  mock_resource "google_service_account" {
    defaults = {
      email  = "account@test-project.iam.gserviceaccount.com"
      member = "serviceAccount:account@test-project.iam.gserviceaccount.com"
    }
  }
  mock_resource "google_cloud_run_v2_service" {
    defaults = { uri = "https://icm-lora-abc-ez.a.run.app" }
  }
}


variables {
  project = "test-project"
  region  = "europe-west4"
  image   = "europe-west4-docker.pkg.dev/test-project/icm-lora/function:1.0"
}

run "minimal" {
  module {
    source = "./examples/minimal"
  }
  assert {
    condition     = strcontains(output.curl, "/generate")
    error_message = "The example ends with a request to paste."
  }
}

run "minimal_before_the_image" {
  module {
    source = "./examples/minimal"
  }
  variables {
    image = null
  }
  assert {
    condition     = output.curl == null && output.image_repository == "europe-west4-docker.pkg.dev/test-project/icm-lora/function"
    error_message = "The first apply says where the image goes."
  }
}

run "cpu" {
  module {
    source = "./examples/cpu"
  }
  assert {
    condition     = strcontains(output.curl, "/generate")
    error_message = "The example ends with a request to paste."
  }
}

run "events" {
  module {
    source = "./examples/events"
  }
  assert {
    condition     = output.bucket == "test-project-icm-lora"
    error_message = "The example names its bucket."
  }
}

run "private" {
  module {
    source = "./examples/private"
  }
  variables {
    kms_key    = "projects/test-project/locations/europe-west4/keyRings/ring/cryptoKeys/key"
    network    = "net"
    subnetwork = "subnet"
    caller     = "caller@test-project.iam.gserviceaccount.com"
  }
  assert {
    condition     = strcontains(output.curl, "print-identity-token")
    error_message = "Private needs an identity."
  }
}

run "production" {
  module {
    source = "./examples/production"
  }
  variables {
    image           = "europe-docker.pkg.dev/images-project/lora/function@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    api_key_secret  = "projects/keys-project/secrets/icm-lora-key"
    domain          = "lora.example.com"
    models_bucket   = "models-of-mine"
    adapters_bucket = "adapters-of-mine"
    billing_account = "012345-6789AB-CDEF01"
  }
  assert {
    condition     = endswith(output.curl, "https://lora.example.com/generate") && !strcontains(output.curl, "print-identity-token") && strcontains(output.curl, "versions access 1 --secret=icm-lora-key --project=keys-project")
    error_message = "The name and a key are all that a caller needs."
  }
}

run "production_with_a_new_revision" {
  module {
    source = "./examples/production"
  }
  variables {
    image           = "europe-docker.pkg.dev/images-project/lora/function@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    api_key_secret  = "projects/keys-project/secrets/icm-lora-key"
    domain          = "lora.example.com"
    models_bucket   = "models-of-mine"
    adapters_bucket = "adapters-of-mine"
    billing_account = "012345-6789AB-CDEF01"
    traffic         = [{ revision = "icm-lora-00007-abc", percent = 90 }, { percent = 10, tag = "next" }]
  }
  assert {
    condition     = output.load_balancer_ip != null && output.revision != null
    error_message = "Nothing else changes."
  }
}

run "training" {
  module {
    source = "./modules/training"
  }
  assert {
    condition     = google_cloud_run_v2_job.training.template[0].task_count == 4 && google_cloud_run_v2_job.training.template[0].template[0].containers[0].resources[0].limits == tomap({ cpu = "4", memory = "8Gi" }) && length(google_cloud_run_v2_job.training.template[0].template[0].node_selector) == 0
    error_message = "Four tasks on CPUs: the image has no use for a GPU."
  }
  assert {
    condition     = google_cloud_run_v2_job.training.template[0].template[0].volumes[0].gcs[0].mount_options == tolist(["uid=10001", "gid=10001"])
    error_message = "The bucket is the image's user's to write to."
  }
  assert {
    condition     = google_storage_bucket.training.public_access_prevention == "enforced" && google_storage_bucket.training.uniform_bucket_level_access && google_storage_bucket_iam_member.training.role == "roles/storage.objectUser"
    error_message = "What the tasks share is nobody else's."
  }
}

run "training_that_would_be_ended" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    machine         = { accelerator = "nvidia-l4" }
    timeout_seconds = 7200
  }
  expect_failures = [google_cloud_run_v2_job.training]
}

run "training_in_a_zone" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    region = "europe-west4-a"
  }
  expect_failures = [var.region]
}

run "training_with_more_memory_than_its_cpus_allow" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    machine = { memory_gib = 32 }
  }
  expect_failures = [var.machine]
}

run "training_with_gpu" {
  module {
    source = "./modules/training"
  }
  variables {
    machine = { accelerator = "nvidia-l4" }
  }
  assert {
    condition     = google_cloud_run_v2_job.training.template[0].template[0].node_selector[0].accelerator == "nvidia-l4" && google_cloud_run_v2_job.training.template[0].template[0].containers[0].resources[0].limits == tomap({ cpu = "4", memory = "16Gi", "nvidia.com/gpu" = "1" })
    error_message = "A GPU for an image that asks for one."
  }
}

run "training_without_gpu" {
  module {
    source = "./modules/training"
  }
  variables {
    machine = { accelerator = "none" }
    shards  = { count = 8, parallelism = 2 }
  }
  assert {
    condition     = google_cloud_run_v2_job.training.template[0].task_count == 8 && google_cloud_run_v2_job.training.template[0].parallelism == 2 && length(google_cloud_run_v2_job.training.template[0].template[0].node_selector) == 0 && !contains(keys(google_cloud_run_v2_job.training.template[0].template[0].containers[0].resources[0].limits), "nvidia.com/gpu")
    error_message = "Eight shards, two at once, on CPUs."
  }
}
