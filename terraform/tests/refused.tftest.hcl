# What is refused before anything is made, since neither the provider nor `plan` would notice.
mock_provider "google" {}

variables {
  project = "test-project"
  region  = "europe-west4"
  image   = "europe-west4-docker.pkg.dev/test-project/icm-lora/function:1.0"
}

run "project_number" {
  command = plan
  variables {
    project = "123456789012"
  }
  expect_failures = [var.project]
}

run "zone_instead_of_region" {
  command = plan
  variables {
    region = "europe-west4-a"
  }
  expect_failures = [var.region]
}

run "long_name" {
  command = plan
  variables {
    name = "a-name-that-is-too-long"
  }
  expect_failures = [var.name]
}

run "short_name" {
  command = plan
  variables {
    name = "ab"
  }
  expect_failures = [var.name]
}

run "image_without_tag" {
  command = plan
  variables {
    image = "europe-west4-docker.pkg.dev/p/r/function"
  }
  expect_failures = [var.image]
}

run "latest" {
  command = plan
  variables {
    image = "europe-west4-docker.pkg.dev/p/r/function:latest"
  }
  expect_failures = [var.image]
}

run "registry_without_days" {
  command = plan
  variables {
    registry = { untagged_days = 0 }
  }
  expect_failures = [var.registry]
}

run "unknown_accelerator" {
  command = plan
  variables {
    machine = { accelerator = "nvidia-a100" }
  }
  expect_failures = [var.machine]
}

run "l4_with_too_few_cpus" {
  command = plan
  variables {
    machine = { cpu = 2 }
  }
  expect_failures = [var.machine]
}

run "l4_with_too_little_memory" {
  command = plan
  variables {
    machine = { memory_gib = 8 }
  }
  expect_failures = [var.machine]
}

run "l4_with_more_memory_than_its_cpus_allow" {
  command = plan
  variables {
    machine = { cpu = 4, memory_gib = 32 }
  }
  expect_failures = [var.machine]
}

run "cpu_with_more_memory_than_its_cpus_allow" {
  command = plan
  variables {
    machine = { accelerator = "none", cpu = 1, memory_gib = 8 }
  }
  expect_failures = [var.machine]
}

run "eight_cpus_with_too_little_memory" {
  command = plan
  variables {
    machine = { accelerator = "none", cpu = 8, memory_gib = 2 }
  }
  expect_failures = [var.machine]
}

run "rtx_with_too_little" {
  command = plan
  variables {
    machine = { accelerator = "nvidia-rtx-pro-6000", cpu = 8 }
  }
  expect_failures = [var.machine]
}

run "cpu_with_half_a_core" {
  command = plan
  variables {
    machine = { accelerator = "none", cpu = 0.5 }
  }
  expect_failures = [var.machine]
}

run "fraction_of_a_gibibyte" {
  command = plan
  variables {
    machine = { memory_gib = 16.5 }
  }
  expect_failures = [var.machine]
}

run "no_instance" {
  command = plan
  variables {
    scaling = { max_instances = 0 }
  }
  expect_failures = [var.scaling]
}

run "more_least_than_most" {
  command = plan
  variables {
    scaling = { min_instances = 2, max_instances = 1 }
  }
  expect_failures = [var.scaling]
}

run "instances_that_do_not_know_each_others_adapters" {
  command = plan
  variables {
    scaling = { max_instances = 2 }
  }
  expect_failures = [google_service_account.function]
}

run "the_same_before_there_is_an_image" {
  command = plan
  variables {
    image   = null
    scaling = { max_instances = 2 }
  }
  expect_failures = [google_service_account.function]
}

run "no_worker" {
  command = plan
  variables {
    scaling = { workers = 0 }
  }
  expect_failures = [var.scaling]
}

run "more_waiting_than_the_queue_holds" {
  command = plan
  variables {
    scaling = { waiting_requests = 65 }
  }
  expect_failures = [var.scaling]
}

run "timeout_beyond_cloud_run" {
  command = plan
  variables {
    timeout_seconds = 3601
  }
  expect_failures = [var.timeout_seconds]
}

run "lower_case_setting" {
  command = plan
  variables {
    env = { icm_lora_threads = "4" }
  }
  expect_failures = [var.env]
}

run "setting_of_the_module" {
  command = plan
  variables {
    env = { ICM_LORA_REQUIRE_GPU = "false" }
  }
  expect_failures = [var.env]
}

run "lower_case_secret" {
  command = plan
  variables {
    secret_env = { icm_lora_api_key = { secret = "key" } }
  }
  expect_failures = [var.secret_env]
}

run "secret_by_path" {
  command = plan
  variables {
    secret_env = { KEY = { secret = "secrets/s" } }
  }
  expect_failures = [var.secret_env]
}

run "unknown_ingress" {
  command = plan
  variables {
    access = { ingress = "private" }
  }
  expect_failures = [var.access]
}

run "everyone_as_invoker" {
  command = plan
  variables {
    access = { invokers = ["allUsers"] }
  }
  expect_failures = [var.access]
}

run "public_and_proxy" {
  command = plan
  variables {
    access = { public = true, iap_members = ["user:ada@example.com"] }
  }
  expect_failures = [var.access]
}

run "public_and_internal" {
  command = plan
  variables {
    access = { public = true, ingress = "internal" }
  }
  expect_failures = [var.access]
}

run "unknown_egress" {
  command = plan
  variables {
    network = { network = "n", subnetwork = "s", egress = "some" }
  }
  expect_failures = [var.network]
}

run "key_with_version" {
  command = plan
  variables {
    kms_key = "projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1"
  }
  expect_failures = [var.kms_key]
}

run "label_in_capitals" {
  command = plan
  variables {
    labels = { Team = "a" }
  }
  expect_failures = [var.labels]
}

run "unknown_delivery" {
  command = plan
  variables {
    events = { delivery = "kafka" }
  }
  expect_failures = [var.events]
}

run "location_in_capitals" {
  command = plan
  variables {
    events = { location = "EU" }
  }
  expect_failures = [var.events]
}

run "half_a_day" {
  command = plan
  variables {
    events = { tasks_days = 0.5 }
  }
  expect_failures = [var.events]
}

run "too_few_attempts" {
  command = plan
  variables {
    events = { max_delivery_attempts = 1 }
  }
  expect_failures = [var.events]
}

run "events_with_too_little_time" {
  command = plan
  variables {
    timeout_seconds = 299
    events          = {}
  }
  expect_failures = [google_storage_bucket.files]
}

run "events_and_an_api_key" {
  command = plan
  variables {
    timeout_seconds = 600
    events          = {}
    secret_env      = { ICM_LORA_API_KEYS_ALICE = { secret = "icm-lora-alice" } }
  }
  expect_failures = [google_storage_bucket.files]
}

run "events_of_anyone" {
  command = plan
  variables {
    timeout_seconds = 600
    events          = {}
    access          = { public = true }
  }
  expect_failures = [google_storage_bucket.files]
}

run "key_where_the_bucket_is_not" {
  command = plan
  variables {
    timeout_seconds = 600
    events          = { location = "eu" }
    kms_key         = "projects/p/locations/europe-west4/keyRings/r/cryptoKeys/k"
  }
  expect_failures = [google_storage_bucket.files]
}

run "negative_latency" {
  command = plan
  variables {
    monitoring = { latency_p95_seconds = -1 }
  }
  expect_failures = [var.monitoring]
}

run "channel_by_address" {
  command = plan
  variables {
    monitoring = { notification_channels = ["ops@example.com"] }
  }
  expect_failures = [var.monitoring]
}

run "error_share_in_percent" {
  command = plan
  variables {
    monitoring = { error_share = 5 }
  }
  expect_failures = [var.monitoring]
}

run "negative_threshold" {
  command = plan
  variables {
    monitoring = { cold_starts_per_hour = -1 }
  }
  expect_failures = [var.monitoring]
}

run "shares_that_are_not_all" {
  command = plan
  variables {
    traffic = [{ percent = 90 }]
  }
  expect_failures = [var.traffic]
}

run "no_shares" {
  command = plan
  variables {
    traffic = []
  }
  expect_failures = [var.traffic]
}

run "more_than_all_less_some" {
  command = plan
  variables {
    traffic = [{ percent = 110 }, { revision = "icm-lora-00007-abc", percent = -10 }]
  }
  expect_failures = [var.traffic]
}

run "half_a_percent" {
  command = plan
  variables {
    scaling = { max_instances = 2, session_affinity = true }
    traffic = [{ percent = 99.5 }, { revision = "icm-lora-00007-abc", percent = 0.5 }]
  }
  expect_failures = [var.traffic]
}

run "revision_that_nobody_could_ask" {
  command = plan
  variables {
    traffic = [{ percent = 100 }, { revision = "icm-lora-00007-abc" }]
  }
  expect_failures = [var.traffic]
}

run "revision_twice" {
  command = plan
  variables {
    scaling = { max_instances = 2, session_affinity = true }
    traffic = [{ percent = 50 }, { percent = 50, tag = "next" }]
  }
  expect_failures = [var.traffic]
}

run "revision_by_path" {
  command = plan
  variables {
    traffic = [{ revision = "projects/p/locations/l/services/s/revisions/r", percent = 100 }]
  }
  expect_failures = [var.traffic]
}

run "tag_in_capitals" {
  command = plan
  variables {
    traffic = [{ percent = 100, tag = "Next" }]
  }
  expect_failures = [var.traffic]
}

run "tag_twice" {
  command = plan
  variables {
    traffic = [{ percent = 100, tag = "next" }, { revision = "icm-lora-00007-abc", tag = "next" }]
  }
  expect_failures = [var.traffic]
}

run "two_revisions_and_one_instance" {
  command = plan
  variables {
    traffic = [{ revision = "icm-lora-00007-abc", percent = 90 }, { percent = 10 }]
  }
  expect_failures = [google_service_account.function]
}

run "attested_tag" {
  command = plan
  variables {
    binary_authorization = true
  }
  expect_failures = [google_service_account.function]
}

run "mount_option_with_hyphens" {
  command = plan
  variables {
    model_volume = { bucket = "b", mount_options = ["--metadata-cache-ttl-secs=-1"] }
  }
  expect_failures = [var.model_volume]
}

run "mount_options_in_one" {
  command = plan
  variables {
    adapters_volume = { bucket = "b", mount_options = ["metadata-cache-ttl-secs=1,implicit-dirs"] }
  }
  expect_failures = [var.adapters_volume]
}

run "another_user_of_a_volume" {
  command = plan
  variables {
    adapters_volume = { bucket = "b", mount_options = ["uid=0"] }
  }
  expect_failures = [var.adapters_volume]
}

run "another_user_of_the_models" {
  command = plan
  variables {
    model_volume = { bucket = "b", mount_options = ["gid=0"] }
  }
  expect_failures = [var.model_volume]
}

run "nobody_asks_and_invokers" {
  command = plan
  variables {
    access     = { invoker_iam_disabled = true, invokers = ["group:team@example.com"] }
    secret_env = { ICM_LORA_API_KEY = { secret = "key" } }
  }
  expect_failures = [var.access]
}

run "nobody_asks_and_public" {
  command = plan
  variables {
    access     = { invoker_iam_disabled = true, public = true }
    secret_env = { ICM_LORA_API_KEY = { secret = "key" } }
  }
  expect_failures = [var.access]
}

run "nobody_asks_who_calls" {
  command = plan
  variables {
    access = { invoker_iam_disabled = true }
  }
  expect_failures = [google_service_account.function]
}

run "nobody_asks_behind_the_load_balancer" {
  command = plan
  variables {
    access        = { invoker_iam_disabled = true }
    load_balancer = { domains = ["lora.example.com"] }
  }
  expect_failures = [google_service_account.function]
}

run "nobody_asks_who_sends_events" {
  command = plan
  variables {
    timeout_seconds = 600
    events          = {}
    access          = { invoker_iam_disabled = true, ingress = "internal" }
  }
  expect_failures = [google_storage_bucket.files]
}

run "load_balancer_that_is_turned_away" {
  command = plan
  variables {
    access        = { ingress = "internal" }
    load_balancer = { domains = ["lora.example.com"] }
  }
  expect_failures = [google_service_account.function]
}

run "load_balancer_without_a_name" {
  command = plan
  variables {
    load_balancer = { domains = [] }
  }
  expect_failures = [var.load_balancer]
}

run "wildcard" {
  command = plan
  variables {
    load_balancer = { domains = ["*.example.com"] }
  }
  expect_failures = [var.load_balancer]
}

run "address_for_a_name" {
  command = plan
  variables {
    load_balancer = { domains = ["https://lora.example.com"] }
  }
  expect_failures = [var.load_balancer]
}

run "no_request_a_minute" {
  command = plan
  variables {
    load_balancer = { domains = ["lora.example.com"], requests_per_minute = 0 }
  }
  expect_failures = [var.load_balancer]
}

run "secret_of_another_project_by_version" {
  command = plan
  variables {
    secret_env = { KEY = { secret = "projects/p/secrets/s/versions/1" } }
  }
  expect_failures = [var.secret_env]
}

run "half_a_week_of_soft_delete" {
  command = plan
  variables {
    timeout_seconds = 600
    events          = { soft_delete_days = 3 }
  }
  expect_failures = [var.events]
}

run "billing_account_by_name" {
  command = plan
  variables {
    budget = { billing_account = "billingAccounts/012345-6789AB-CDEF01", amount = 500 }
  }
  expect_failures = [var.budget]
}

run "budget_of_nothing" {
  command = plan
  variables {
    budget = { billing_account = "012345-6789AB-CDEF01", amount = 0 }
  }
  expect_failures = [var.budget]
}

run "budget_with_six_receivers" {
  command = plan
  variables {
    budget     = { billing_account = "012345-6789AB-CDEF01", amount = 500 }
    monitoring = { notification_channels = [for number in range(6) : "projects/p/notificationChannels/${number}"] }
  }
  expect_failures = [google_billing_budget.this]
}

run "a_place_for_jobs_that_would_stand_still" {
  command = plan
  variables {
    machine         = { accelerator = "none" }
    adapters_volume = { bucket = "b" }
  }
  expect_failures = [google_service_account.function]
}

run "another_place_for_jobs_that_would_stand_still" {
  command = plan
  variables {
    env = { ICM_LORA_STORAGE_BUCKET = "gs://b" }
  }
  expect_failures = [google_service_account.function]
}

run "jobs_without_a_place" {
  command = plan
  variables {
    jobs = {}
  }
  expect_failures = [google_service_account.function]
}

run "jobs_behind_a_proxy_that_turns_the_call_away" {
  command = plan
  variables {
    adapters_volume = { bucket = "b" }
    jobs            = {}
    access          = { iap_members = ["user:a@example.com"] }
  }
  expect_failures = [google_service_account.waker]
}

run "jobs_at_no_time" {
  command = plan
  variables {
    adapters_volume = { bucket = "b" }
    jobs            = { schedule = "hourly" }
  }
  expect_failures = [var.jobs]
}
