# From a task file to a call of the function.
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
  project         = "test-project"
  region          = "europe-west4"
  image           = "europe-west4-docker.pkg.dev/test-project/icm-lora/function:1.0"
  timeout_seconds = 600
  events          = {}
}

run "finished_uploads_wake_the_function" {
  assert {
    condition     = { for c in google_eventarc_trigger.task_file[0].matching_criteria : c.attribute => c.value } == { type = "google.cloud.storage.object.v1.finalized", bucket = "test-project-icm-lora" }
    error_message = "Finished uploads to the one bucket."
  }
  assert {
    condition     = google_eventarc_trigger.task_file[0].destination[0].cloud_run_service[0].path == "/" && google_eventarc_trigger.task_file[0].destination[0].cloud_run_service[0].service == "icm-lora"
    error_message = "Events go to the function's root."
  }
}

run "every_right_on_the_way" {
  assert {
    condition     = google_project_iam_member.storage_publisher[0].role == "roles/pubsub.publisher" && google_project_iam_member.storage_publisher[0].member == "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com"
    error_message = "Cloud Storage publishes."
  }
  assert {
    condition     = google_project_iam_member.event_receiver[0].role == "roles/eventarc.eventReceiver" && google_cloud_run_v2_service_iam_member.trigger[0].role == "roles/run.invoker"
    error_message = "The trigger receives and calls."
  }
  assert {
    condition     = google_service_account.trigger[0].account_id == "icm-lora-event" && google_service_account.function.account_id == "icm-lora-fn"
    error_message = "Trigger and function are two accounts."
  }
}

run "results_find_room_in_the_instance_that_runs" {
  assert {
    condition     = output.concurrency == 16 && google_cloud_run_v2_service.function[0].template[0].max_instance_request_concurrency == 16
    error_message = "An event for a result that was written must not start another GPU."
  }
}

run "the_function_knows_bucket_and_deadline" {
  assert {
    condition     = alltrue([for setting in ["ICM_LORA_EVENTS_BUCKETS=gs://test-project-icm-lora", "ICM_LORA_EVENTS_DEADLINE=540s", "ICM_LORA_REQUEST_TIMEOUT=58s"] : contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], setting)])
    error_message = "What is done is stored, and the last batch has ended, before Cloud Run ends the request."
  }
}

run "files_go_after_their_days" {
  variables {
    events = { tasks_days = 7, results_days = 0 }
  }
  assert {
    condition     = [for rule in google_storage_bucket.files[0].lifecycle_rule : "${one(rule.condition).matches_prefix[0]} ${one(rule.condition).age}" if one(rule.action).type == "Delete"] == ["tasks/ 7"]
    error_message = "Task files are deleted after 7 days, results and adapters are kept."
  }
}

run "the_trigger_is_where_the_bucket_is" {
  variables {
    events = { location = "eu" }
  }
  assert {
    condition     = google_eventarc_trigger.task_file[0].location == "eu" && google_storage_bucket.files[0].location == "EU" && google_eventarc_trigger.task_file[0].destination[0].cloud_run_service[0].region == "europe-west4"
    error_message = "Bucket and trigger share a location; the function may be elsewhere."
  }
}

run "nothing_without_events" {
  variables {
    events = null
  }
  assert {
    condition     = length(google_storage_bucket.files) == 0 && length(google_eventarc_trigger.task_file) == 0 && length(google_pubsub_topic.dead_letter) == 0 && length(google_project_iam_member.event_receiver) == 0
    error_message = "No bucket, trigger, topic or right in the project that nobody asked for."
  }
}

run "undelivered_events_are_kept" {
  assert {
    condition     = google_pubsub_subscription.dead_letter[0].message_retention_duration == "604800s" && google_pubsub_subscription.dead_letter[0].expiration_policy[0].ttl == ""
    error_message = "A week, and the subscription itself for ever."
  }
  assert {
    condition     = google_pubsub_topic_iam_member.dead_letter_publisher[0].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Pub/Sub's agent moves them."
  }
  assert {
    condition     = endswith(output.subscription_command, "--max-delivery-attempts=100") && strcontains(output.subscription_command, "--member=serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com --role=roles/pubsub.subscriber")
    error_message = "The command that switches it on."
  }
}

run "an_event_may_take_as_long_as_a_request" {
  variables {
    timeout_seconds = 900
  }
  assert {
    condition     = strcontains(output.subscription_command, "--ack-deadline=600 ")
    error_message = "But not longer than Pub/Sub allows."
  }
  assert {
    condition     = alltrue([for setting in ["ICM_LORA_EVENTS_DEADLINE=540s", "ICM_LORA_REQUEST_TIMEOUT=58s"] : contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], setting)])
    error_message = "The function has ended before Pub/Sub gives up."
  }
}

run "the_shortest_time_for_an_event" {
  variables {
    timeout_seconds = 300
  }
  assert {
    condition     = strcontains(output.subscription_command, "--ack-deadline=300 ") && alltrue([for setting in ["ICM_LORA_EVENTS_DEADLINE=270s", "ICM_LORA_REQUEST_TIMEOUT=28s"] : contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], setting)])
    error_message = "A request has half a minute."
  }
}
