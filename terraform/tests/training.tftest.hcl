# The training module: what it makes, and what it refuses.
mock_provider "google" {
  mock_resource "google_service_account" {
    defaults = {
      email  = "account@test-project.iam.gserviceaccount.com"
      member = "serviceAccount:account@test-project.iam.gserviceaccount.com"
    }
  }
}

variables {
  project = "test-project"
  region  = "europe-west4"
  image   = "europe-west4-docker.pkg.dev/test-project/icm-lora/trainer:1.0"
}

run "four_shards_on_cpus" {
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
  assert {
    condition     = google_storage_bucket.training.soft_delete_policy[0].retention_duration_seconds == 604800 && [for rule in google_storage_bucket.training.lifecycle_rule : one(rule.action).type] == ["AbortIncompleteMultipartUpload"]
    error_message = "What is deleted can be had back for a week, and nothing is deleted but uploads that were given up."
  }
}

run "a_bucket_that_forgets" {
  module {
    source = "./modules/training"
  }
  variables {
    keep_days        = 30
    soft_delete_days = 0
  }
  assert {
    condition     = google_storage_bucket.training.soft_delete_policy[0].retention_duration_seconds == 0 && [for rule in google_storage_bucket.training.lifecycle_rule : one(rule.condition).age if one(rule.action).type == "Delete"] == [30]
    error_message = "Files go after a month, for good."
  }
}

run "a_gpu_task_that_would_be_ended" {
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

run "zone_instead_of_region" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    region = "europe-west4-a"
  }
  expect_failures = [var.region]
}

run "more_memory_than_its_cpus_allow" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    machine = { memory_gib = 32 }
  }
  expect_failures = [var.machine]
}

run "with_a_gpu" {
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

run "eight_shards_two_at_once" {
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

run "half_a_day" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    keep_days = 0.5
  }
  expect_failures = [var.keep_days]
}

run "half_a_week_of_soft_delete" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    soft_delete_days = 3
  }
  expect_failures = [var.soft_delete_days]
}

run "project_number" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    project = "123456789012"
  }
  expect_failures = [var.project]
}

run "short_name" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    name = "train"
  }
  expect_failures = [var.name]
}

run "image_without_tag" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    image = "europe-west4-docker.pkg.dev/test-project/icm-lora/trainer"
  }
  expect_failures = [var.image]
}

run "latest" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    image = "europe-west4-docker.pkg.dev/test-project/icm-lora/trainer:latest"
  }
  expect_failures = [var.image]
}

run "no_shard" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    shards = { count = 0 }
  }
  expect_failures = [var.shards]
}

run "more_at_once_than_there_are" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    shards = { count = 4, parallelism = 5 }
  }
  expect_failures = [var.shards]
}

run "endless_retries" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    shards = { max_retries = 11 }
  }
  expect_failures = [var.shards]
}

run "unknown_accelerator" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    machine = { accelerator = "nvidia-a100" }
  }
  expect_failures = [var.machine]
}

run "l4_with_too_few_cpus" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    machine = { accelerator = "nvidia-l4", cpu = 2 }
  }
  expect_failures = [var.machine]
}

run "rtx_with_too_little" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    machine = { accelerator = "nvidia-rtx-pro-6000", memory_gib = 64 }
  }
  expect_failures = [var.machine]
}

run "timeout_beyond_cloud_run" {
  command = plan
  module {
    source = "./modules/training"
  }
  variables {
    timeout_seconds = 86401
  }
  expect_failures = [var.timeout_seconds]
}
