# What an instance is, and so what it costs.
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
    defaults = {
      uri                   = "https://icm-lora-abc-ez.a.run.app"
      latest_ready_revision = "projects/test-project/locations/europe-west4/services/icm-lora/revisions/icm-lora-00008-xyz"
      traffic_statuses = [
        { percent = 90, revision = "icm-lora-00007-abc", tag = "", type = "TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION", uri = "" },
        { percent = 10, revision = "icm-lora-00008-xyz", tag = "next", type = "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST", uri = "https://next---icm-lora-abc-ez.a.run.app" },
      ]
    }
  }
}

variables {
  project = "test-project"
  region  = "europe-west4"
  image   = "europe-west4-docker.pkg.dev/test-project/icm-lora/function:1.0"
}

run "nothing_runs_while_idle" {
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].scaling[0].min_instance_count == 0 && google_cloud_run_v2_service.function[0].scaling[0].min_instance_count == 0
    error_message = "An idle function must have no instance."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].scaling[0].max_instance_count == 1
    error_message = "Without being asked, no second GPU."
  }
}

run "one_l4_with_what_it_needs" {
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].node_selector[0].accelerator == "nvidia-l4"
    error_message = "The default accelerator is an L4."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].limits == tomap({ cpu = "8", memory = "32Gi", "nvidia.com/gpu" = "1" })
    error_message = "One GPU, 8 CPU, 32 GiB."
  }
  assert {
    condition     = !google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].cpu_idle
    error_message = "Cloud Run takes a GPU only with the CPU always allocated."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].gpu_zonal_redundancy_disabled
    error_message = "Zonal redundancy costs more and has to be asked for."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].execution_environment == "EXECUTION_ENVIRONMENT_GEN2" && google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].startup_cpu_boost
    error_message = "Second generation, with boost at start-up."
  }
}

run "requests_at_once_equal_the_sequences_of_a_worker" {
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].max_instance_request_concurrency == 8
    error_message = "One worker, eight requests in a batch."
  }
}

run "more_workers_take_more_requests" {
  variables {
    scaling = { workers = 4 }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].max_instance_request_concurrency == 32 && contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], "ICM_LORA_WORKERS=4")
    error_message = "Cloud Run's requests at once are those of all the function's workers."
  }
}

run "waiting_requests_share_an_instance" {
  variables {
    scaling = { waiting_requests = 3 }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].max_instance_request_concurrency == 11 && output.concurrency == 11
    error_message = "The worker's requests and three that wait."
  }
}

run "not_more_requests_than_cloud_run_allows" {
  variables {
    scaling = { workers = 64 }
    env     = { ICM_LORA_WORKER_SEQUENCES = "64" }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].max_instance_request_concurrency == 1000
    error_message = "A thousand at most."
  }
}

run "probes" {
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].startup_probe[0].http_get[0].path == "/q/health/started" && google_cloud_run_v2_service.function[0].template[0].containers[0].liveness_probe[0].http_get[0].path == "/q/health/live"
    error_message = "Started means: model and generator are loaded. Live means: the worker's thread does not hang."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].startup_probe[0].period_seconds * google_cloud_run_v2_service.function[0].template[0].containers[0].startup_probe[0].failure_threshold <= 240
    error_message = "Cloud Run takes at most 240 seconds."
  }
}

run "a_full_instance_gets_no_more_requests" {
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].readiness_probe[0].http_get[0].path == "/q/health/ready"
    error_message = "Ready means: there is room in the queue."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].readiness_probe[0].timeout_seconds < google_cloud_run_v2_service.function[0].template[0].containers[0].readiness_probe[0].period_seconds
    error_message = "Cloud Run wants a probe to end before the next one begins."
  }
}

run "all_requests_go_to_the_latest_revision" {
  assert {
    condition     = [for share in google_cloud_run_v2_service.function[0].traffic : "${share.type} ${share.percent}"] == ["TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST 100"] && google_cloud_run_v2_service.function[0].traffic[0].revision == null
    error_message = "Also after a split was taken back."
  }
}

run "a_new_revision_gets_some_requests_first" {
  variables {
    scaling         = { max_instances = 2 }
    adapters_volume = { bucket = "adapters-of-mine" }
    jobs            = {}
    traffic         = [{ revision = "icm-lora-00007-abc", percent = 90 }, { percent = 10, tag = "next" }]
  }
  assert {
    condition     = [for share in google_cloud_run_v2_service.function[0].traffic : "${share.type} ${share.percent}"] == ["TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION 90", "TRAFFIC_TARGET_ALLOCATION_TYPE_LATEST 10"]
    error_message = "Nine of ten requests go to the revision that is known."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].traffic[0].revision == "icm-lora-00007-abc" && google_cloud_run_v2_service.function[0].traffic[1].tag == "next"
    error_message = "It is named, and the new one has a tag."
  }
  assert {
    condition     = output.revision == "icm-lora-00008-xyz" && output.tagged_urls == { next = "https://next---icm-lora-abc-ez.a.run.app" }
    error_message = "Outputs say the name for the next split, and where the tag is asked."
  }
}

run "or_none_but_those_of_who_knows_the_tag" {
  variables {
    traffic = [{ revision = "icm-lora-00007-abc", percent = 100 }, { tag = "next" }]
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].traffic[1].percent == 0 && google_cloud_run_v2_service.function[0].scaling[0].max_instance_count == 1
    error_message = "The new revision can be asked before anybody is sent to it."
  }
}

run "volumes_with_options_of_their_own" {
  variables {
    model_volume    = { bucket = "models-of-mine", mount_options = ["metadata-cache-ttl-secs=-1"] }
    adapters_volume = { bucket = "adapters-of-mine", mount_options = ["metadata-cache-negative-ttl-secs=0", "implicit-dirs"] }
    jobs            = {}
  }
  assert {
    condition     = [for v in google_cloud_run_v2_service.function[0].template[0].volumes : join(" ", v.gcs[0].mount_options)] == ["uid=10001 gid=10001 metadata-cache-ttl-secs=-1", "uid=10001 gid=10001 metadata-cache-negative-ttl-secs=0 implicit-dirs"]
    error_message = "Beside the image's user."
  }
}

run "the_function_gives_up_first" {
  variables {
    timeout_seconds = 30
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].timeout == "30s" && contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], "ICM_LORA_REQUEST_TIMEOUT=28s")
    error_message = "The function's own time-out must come before Cloud Run's."
  }
}

run "a_gpu_that_is_paid_for_is_used" {
  assert {
    condition     = contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], "ICM_LORA_REQUIRE_GPU=true")
    error_message = "With an accelerator, the function must refuse to start without one."
  }
}

run "the_least_beside_an_l4" {
  variables {
    machine = { cpu = 4 }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].limits == tomap({ cpu = "4", memory = "16Gi", "nvidia.com/gpu" = "1" })
    error_message = "Memory goes with the CPUs: Cloud Run takes at most 4 GiB for each."
  }
}

run "rtx_pro_6000" {
  variables {
    machine = { accelerator = "nvidia-rtx-pro-6000" }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].limits == tomap({ cpu = "20", memory = "80Gi", "nvidia.com/gpu" = "1" })
    error_message = "The least that Cloud Run takes."
  }
}

run "without_a_gpu" {
  variables {
    machine = { accelerator = "none" }
  }
  assert {
    condition     = length(google_cloud_run_v2_service.function[0].template[0].node_selector) == 0 && google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].limits == tomap({ cpu = "4", memory = "4Gi" })
    error_message = "No accelerator, no GPU limit."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].cpu_idle
    error_message = "Without a GPU the CPU is only paid for while a request runs."
  }
  assert {
    condition     = contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], "ICM_LORA_REQUIRE_GPU=false")
    error_message = "The CPU is what was asked for."
  }
}

run "before_the_image_there_is_only_the_registry" {
  variables {
    image           = null
    timeout_seconds = 600
    events          = {}
  }
  assert {
    condition     = length(google_cloud_run_v2_service.function) == 0 && length(google_pubsub_subscription.task_files) == 0 && length(google_monitoring_alert_policy.this) == 0
    error_message = "Nothing can run without an image."
  }
  assert {
    condition     = output.image_repository == "europe-west4-docker.pkg.dev/test-project/icm-lora/function" && output.curl == null && output.url == null
    error_message = "The output says what to push the image as."
  }
}

run "adapters_are_kept_in_a_bucket" {
  variables {
    model_volume    = { bucket = "models-of-mine" }
    adapters_volume = { bucket = "adapters-of-mine" }
    jobs            = {}
  }
  assert {
    condition     = [for v in google_cloud_run_v2_service.function[0].template[0].volumes : "${v.name} ${v.gcs[0].bucket} ${v.gcs[0].read_only} ${join(" ", v.gcs[0].mount_options)}"] == ["models models-of-mine true uid=10001 gid=10001", "adapters adapters-of-mine false uid=10001 gid=10001"]
    error_message = "Only the bucket of the adapters is written to, by the image's user."
  }
  assert {
    condition     = contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], "ICM_LORA_ADAPTERS_DIR=/mnt/adapters") && contains([for m in google_cloud_run_v2_service.function[0].template[0].containers[0].volume_mounts : "${m.name}=${m.mount_path}"], "adapters=/mnt/adapters")
    error_message = "The function is told where the bucket is."
  }
  assert {
    condition     = contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], "ICM_LORA_STORAGE_BUCKET=gs://adapters-of-mine")
    error_message = "Functions and jobs are kept beside the adapters, past the mount."
  }
  assert {
    condition     = google_storage_bucket_iam_member.adapters_user[0].bucket == "adapters-of-mine" && google_storage_bucket_iam_member.adapters_user[0].role == "roles/storage.objectUser"
    error_message = "The function may write objects in that bucket, and nothing else there."
  }
}

run "instances_share_adapters" {
  variables {
    scaling         = { max_instances = 3 }
    adapters_volume = { bucket = "adapters-of-mine" }
    jobs            = {}
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].scaling[0].max_instance_count == 3 && !google_cloud_run_v2_service.function[0].template[0].session_affinity
    error_message = "A folder that all of them see does for any client."
  }
}

run "or_clients_stay_with_an_instance" {
  variables {
    scaling = { max_instances = 3, session_affinity = true }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].max_instance_request_concurrency == 8 && google_cloud_run_v2_service.function[0].template[0].session_affinity
    error_message = "Cloud Run keeps clients with their instance."
  }
}

run "settings_pass_through" {
  variables {
    env          = { ICM_LORA_WORKER_SEQUENCES = "16" }
    model_volume = { bucket = "models-of-mine" }
    network      = { network = "net", subnetwork = "subnet" }
  }
  assert {
    condition     = contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], "ICM_LORA_WORKER_SEQUENCES=16") && output.concurrency == 16
    error_message = "env is the function's, and requests at once go with it."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].volumes[0].gcs[0].read_only && google_storage_bucket_iam_member.model_reader[0].role == "roles/storage.objectViewer"
    error_message = "Models are read, never written."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].vpc_access[0].egress == "PRIVATE_RANGES_ONLY"
    error_message = "Only private ranges go through the network unless asked."
  }
}

run "jobs_have_a_processor_and_are_woken" {
  variables {
    machine         = { accelerator = "none" }
    adapters_volume = { bucket = "adapters-of-mine" }
    jobs            = { schedule = "*/30 * * * *" }
  }
  assert {
    condition     = !google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].cpu_idle
    error_message = "A job is worked on between requests."
  }
  assert {
    condition     = google_cloud_scheduler_job.waker[0].schedule == "*/30 * * * *" && google_cloud_scheduler_job.waker[0].http_target[0].uri == "https://icm-lora-abc-ez.a.run.app/q/health/live" && google_cloud_scheduler_job.waker[0].http_target[0].http_method == "GET"
    error_message = "The call starts an instance, which looks for open jobs."
  }
  assert {
    condition     = google_cloud_scheduler_job.waker[0].http_target[0].oidc_token[0].audience == "https://icm-lora-abc-ez.a.run.app" && google_cloud_scheduler_job.waker[0].http_target[0].oidc_token[0].service_account_email == google_service_account.waker[0].email
    error_message = "Cloud Run lets the call in, for this service."
  }
  assert {
    condition     = google_service_account.waker[0].account_id == "icm-lora-wake" && google_cloud_run_v2_service_iam_member.waker[0].role == "roles/run.invoker" && google_cloud_run_v2_service_iam_member.waker[0].member == google_service_account.waker[0].member
    error_message = "An account of its own, which may call the service alone."
  }
  assert {
    condition     = contains(keys(google_project_service.needed), "cloudscheduler.googleapis.com")
    error_message = "Its API is enabled."
  }
}

run "without_jobs_nothing_is_woken" {
  variables {
    machine = { accelerator = "none" }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].containers[0].resources[0].cpu_idle && length(google_cloud_scheduler_job.waker) == 0 && length(google_service_account.waker) == 0
    error_message = "Who takes no jobs pays for requests alone."
  }
}
