# Who can call, read and write.
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

run "nobody_may_call_unless_named" {
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.public) == 0 && length(google_cloud_run_v2_service_iam_member.invoker) == 0
    error_message = "No invoker without being asked."
  }
  assert {
    condition     = strcontains(output.curl, "-H \"X-Serverless-Authorization: Bearer $(gcloud auth print-identity-token)\"") && strcontains(output.curl, "https://icm-lora-abc-ez.a.run.app/generate")
    error_message = "The curl has to carry an identity."
  }
  assert {
    condition     = !strcontains(output.curl, "-H \"Authorization:")
    error_message = "Without an API key there is none to send."
  }
}

run "identity_and_api_key_in_a_header_each" {
  variables {
    secret_env = { ICM_LORA_API_KEY = { secret = "key", version = "3" } }
  }
  assert {
    condition     = strcontains(output.curl, "-H \"X-Serverless-Authorization: Bearer $(gcloud auth print-identity-token)\"") && strcontains(output.curl, "-H \"Authorization: Bearer $(gcloud secrets versions access 3 --secret=key --project=test-project)\"")
    error_message = "The function refuses an identity token where it wants its key."
  }
}

run "public_only_when_asked" {
  variables {
    access = { public = true }
  }
  assert {
    condition     = google_cloud_run_v2_service_iam_member.public[0].member == "allUsers" && google_cloud_run_v2_service_iam_member.public[0].role == "roles/run.invoker"
    error_message = "Anyone may call, and do nothing else."
  }
  assert {
    condition     = !strcontains(output.curl, "Authorization")
    error_message = "No identity needed."
  }
}

run "invokers" {
  variables {
    access = { invokers = ["group:team@example.com"], ingress = "internal" }
  }
  assert {
    condition     = google_cloud_run_v2_service_iam_member.invoker["group:team@example.com"].role == "roles/run.invoker"
    error_message = "Invokers may call."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].ingress == "INGRESS_TRAFFIC_INTERNAL_ONLY"
    error_message = "Internal means internal."
  }
}

run "identity_aware_proxy" {
  variables {
    access = { iap_members = ["user:ada@example.com"] }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].iap_enabled && google_iap_web_cloud_run_service_iam_member.through["user:ada@example.com"].role == "roles/iap.httpsResourceAccessor"
    error_message = "The proxy lets exactly these through."
  }
  assert {
    condition     = google_cloud_run_v2_service_iam_member.iap[0].member == "serviceAccount:service-123456789012@gcp-sa-iap.iam.gserviceaccount.com"
    error_message = "The proxy's agent has to be allowed to call."
  }
}

run "proxy_and_events_exclude_each_other" {
  command = plan
  variables {
    access          = { iap_members = ["user:ada@example.com"] }
    timeout_seconds = 600
    events          = {}
  }
  expect_failures = [google_storage_bucket.files]
}

run "secrets_are_read_one_by_one" {
  variables {
    secret_env = { ICM_LORA_API_KEY = { secret = "icm-lora-key" } }
  }
  assert {
    condition     = google_secret_manager_secret_iam_member.function["icm-lora-key"].role == "roles/secretmanager.secretAccessor"
    error_message = "The function may read this secret."
  }
  assert {
    condition     = anytrue([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : e.name == "ICM_LORA_API_KEY" && e.value == null && try(e.value_source[0].secret_key_ref[0].secret, "") == "icm-lora-key"])
    error_message = "The secret's value is not in the configuration."
  }
}

run "secrets_of_another_project" {
  variables {
    secret_env = { ICM_LORA_API_KEY = { secret = "projects/keys-project/secrets/icm-lora-key" } }
  }
  assert {
    condition     = google_secret_manager_secret_iam_member.function["projects/keys-project/secrets/icm-lora-key"].project == "keys-project" && google_secret_manager_secret_iam_member.function["projects/keys-project/secrets/icm-lora-key"].secret_id == "icm-lora-key"
    error_message = "The right is granted where the secret is."
  }
  assert {
    condition     = anytrue([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : e.name == "ICM_LORA_API_KEY" && try(e.value_source[0].secret_key_ref[0].secret, "") == "projects/keys-project/secrets/icm-lora-key"])
    error_message = "Cloud Run is told the whole path."
  }
  assert {
    condition     = strcontains(output.curl, "--secret=icm-lora-key --project=keys-project")
    error_message = "The curl looks there too."
  }
}

run "an_image_of_another_project" {
  variables {
    image = "europe-docker.pkg.dev/images-project/lora/function:1.0"
  }
  assert {
    condition     = google_artifact_registry_repository_iam_member.image_reader[0].project == "images-project" && google_artifact_registry_repository_iam_member.image_reader[0].location == "europe" && google_artifact_registry_repository_iam_member.image_reader[0].repository == "lora"
    error_message = "The right is one on the image's repository."
  }
  assert {
    condition     = google_artifact_registry_repository_iam_member.image_reader[0].role == "roles/artifactregistry.reader" && google_artifact_registry_repository_iam_member.image_reader[0].member == "serviceAccount:service-123456789012@serverless-robot-prod.iam.gserviceaccount.com"
    error_message = "Cloud Run's agent fetches the image."
  }
}

run "an_image_of_this_project" {
  assert {
    condition     = length(google_artifact_registry_repository_iam_member.image_reader) == 0
    error_message = "Cloud Run's agent may read the project's own repositories."
  }
}

run "their_owners_grant" {
  variables {
    image                    = "europe-docker.pkg.dev/images-project/lora/function:1.0"
    secret_env               = { ICM_LORA_API_KEY = { secret = "projects/keys-project/secrets/key" }, ICM_LORA_API_KEYS_ALICE = { secret = "alice" } }
    kms_key                  = "projects/keys-project/locations/europe-west4/keyRings/ring/cryptoKeys/key"
    grants_in_other_projects = false
  }
  assert {
    condition     = length(google_artifact_registry_repository_iam_member.image_reader) == 0 && keys(google_secret_manager_secret_iam_member.function) == ["alice"] && length(google_kms_crypto_key_iam_member.service_agent) == 0
    error_message = "Nothing is granted outside this project."
  }
}

run "the_function_alone_asks_who_calls" {
  variables {
    access     = { invoker_iam_disabled = true }
    secret_env = { ICM_LORA_API_KEY = { secret = "key" } }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].invoker_iam_disabled && length(google_cloud_run_v2_service_iam_member.public) == 0
    error_message = "Cloud Run does not look, and nobody has a role."
  }
  assert {
    condition     = !strcontains(output.curl, "X-Serverless-Authorization") && strcontains(output.curl, "-H \"Authorization: Bearer")
    error_message = "The key is enough."
  }
}

run "or_an_issuer_of_tokens_does" {
  command = plan
  variables {
    access = { invoker_iam_disabled = true }
    env    = { QUARKUS_OIDC_TENANT_ENABLED = "true", QUARKUS_OIDC_AUTH_SERVER_URL = "https://issuer.example.com" }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].invoker_iam_disabled
    error_message = "An issuer's tokens say who calls."
  }
}

run "or_the_network_lets_nobody_else_in" {
  command = plan
  variables {
    access = { invoker_iam_disabled = true, ingress = "internal" }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].invoker_iam_disabled
    error_message = "Whoever is in the network may call."
  }
}

run "cloud_run_looks_unless_told_not_to" {
  assert {
    condition     = !google_cloud_run_v2_service.function[0].invoker_iam_disabled && length(google_cloud_run_v2_service.function[0].binary_authorization) == 0
    error_message = "IAM is on."
  }
}

run "only_images_that_the_policy_allows" {
  variables {
    image                = "europe-west4-docker.pkg.dev/test-project/icm-lora/function@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    binary_authorization = true
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].binary_authorization[0].use_default && contains(keys(google_project_service.needed), "binaryauthorization.googleapis.com")
    error_message = "The project's policy decides."
  }
}

run "a_tag_can_be_for_ever" {
  variables {
    registry = { immutable_tags = true }
  }
  assert {
    condition     = google_artifact_registry_repository.images[0].docker_config[0].immutable_tags
    error_message = "Nobody moves a tag."
  }
}

run "the_bucket_leaks_nothing" {
  variables {
    timeout_seconds = 600
    events          = {}
  }
  assert {
    condition     = google_storage_bucket.files[0].public_access_prevention == "enforced" && google_storage_bucket.files[0].uniform_bucket_level_access && !google_storage_bucket.files[0].force_destroy
    error_message = "The bucket refuses the public and rights on single objects, and is not destroyed with what it holds."
  }
  assert {
    condition     = google_storage_bucket_iam_member.function[0].role == "roles/storage.objectUser"
    error_message = "The function reads and writes objects, and nothing else."
  }
}

run "one_key_for_everything" {
  variables {
    timeout_seconds = 600
    events          = {}
    kms_key         = "projects/test-project/locations/europe-west4/keyRings/ring/cryptoKeys/key"
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].template[0].encryption_key == var.kms_key && google_artifact_registry_repository.images[0].kms_key_name == var.kms_key && google_pubsub_topic.dead_letter[0].kms_key_name == var.kms_key && google_pubsub_topic.task_files[0].kms_key_name == var.kms_key && google_storage_bucket.files[0].encryption[0].default_kms_key_name == var.kms_key
    error_message = "Service, images, topics and bucket are encrypted with the key."
  }
  assert {
    condition     = toset(keys(google_kms_crypto_key_iam_member.service_agent)) == toset(["artifactregistry", "pubsub", "run", "storage"])
    error_message = "Each of Google's agents that encrypts needs the key."
  }
}
