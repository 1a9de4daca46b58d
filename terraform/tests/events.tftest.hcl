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

run "finished_task_files_wake_the_function" {
  assert {
    condition     = google_storage_notification.task_files[0].bucket == "test-project-icm-lora" && google_storage_notification.task_files[0].event_types == toset(["OBJECT_FINALIZE"])
    error_message = "Finished uploads to the one bucket."
  }
  assert {
    condition     = google_storage_notification.task_files[0].object_name_prefix == "tasks/"
    error_message = "Nobody is told of our own states and results."
  }
  assert {
    condition     = google_pubsub_subscription.task_files[0].push_config[0].push_endpoint == "https://icm-lora-abc-ez.a.run.app/events/pubsub"
    error_message = "A push goes to the route for pushes."
  }
  assert {
    condition     = google_storage_notification.task_files[0].topic == google_pubsub_topic.task_files[0].id && google_pubsub_subscription.task_files[0].topic == google_pubsub_topic.task_files[0].id
    error_message = "Notification and subscription share a topic."
  }
  assert {
    condition     = output.subscription_command == null
    error_message = "Nothing is left to be done by hand."
  }
}

run "a_push_has_an_identity_and_time" {
  assert {
    condition     = google_pubsub_subscription.task_files[0].push_config[0].oidc_token[0].service_account_email == "account@test-project.iam.gserviceaccount.com" && google_pubsub_subscription.task_files[0].push_config[0].oidc_token[0].audience == "https://icm-lora-abc-ez.a.run.app"
    error_message = "Cloud Run lets the trigger's account in, for this service."
  }
  assert {
    condition     = google_pubsub_subscription.task_files[0].ack_deadline_seconds == 600 && google_pubsub_subscription.task_files[0].expiration_policy[0].ttl == ""
    error_message = "Ten minutes, and the subscription itself for ever."
  }
  assert {
    condition     = google_pubsub_subscription.task_files[0].dead_letter_policy[0].max_delivery_attempts == 100 && google_pubsub_subscription.task_files[0].dead_letter_policy[0].dead_letter_topic == google_pubsub_topic.dead_letter[0].id
    error_message = "What is never taken is kept."
  }
  assert {
    condition     = google_pubsub_subscription.task_files[0].retry_policy[0].minimum_backoff == "10s"
    error_message = "503 does not come again at once."
  }
}

run "every_right_on_the_way" {
  assert {
    condition     = google_pubsub_topic_iam_member.storage_publisher[0].role == "roles/pubsub.publisher" && google_pubsub_topic_iam_member.storage_publisher[0].member == "serviceAccount:service-123456789012@gs-project-accounts.iam.gserviceaccount.com" && google_pubsub_topic_iam_member.storage_publisher[0].topic == "icm-lora-task-files"
    error_message = "Cloud Storage publishes to this topic."
  }
  assert {
    condition     = google_cloud_run_v2_service_iam_member.trigger[0].role == "roles/run.invoker" && google_service_account_iam_member.token_creator[0].role == "roles/iam.serviceAccountTokenCreator" && google_service_account_iam_member.token_creator[0].member == "serviceAccount:service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com"
    error_message = "Pub/Sub calls as the trigger."
  }
  assert {
    condition     = google_pubsub_subscription_iam_member.dead_letter_subscriber[0].role == "roles/pubsub.subscriber" && google_pubsub_topic_iam_member.dead_letter_publisher[0].role == "roles/pubsub.publisher"
    error_message = "Pub/Sub moves what was not delivered."
  }
  assert {
    condition     = length(google_project_iam_member.event_receiver) == 0 && length(google_project_iam_member.storage_publisher) == 0 && length(google_eventarc_trigger.task_file) == 0
    error_message = "No right in the whole project, and no trigger of Eventarc."
  }
  assert {
    condition     = google_service_account.trigger[0].account_id == "icm-lora-event" && google_service_account.function.account_id == "icm-lora-fn"
    error_message = "Trigger and function are two accounts."
  }
}

run "before_the_image_there_is_no_subscription" {
  variables {
    image = null
  }
  assert {
    condition     = length(google_pubsub_subscription.task_files) == 0 && length(google_storage_notification.task_files) == 1
    error_message = "There is nothing to push to yet."
  }
}

run "eventarc_when_asked" {
  variables {
    events = { delivery = "eventarc" }
  }
  assert {
    condition     = { for c in google_eventarc_trigger.task_file[0].matching_criteria : c.attribute => c.value } == { type = "google.cloud.storage.object.v1.finalized", bucket = "test-project-icm-lora" }
    error_message = "Finished uploads to the one bucket."
  }
  assert {
    condition     = google_eventarc_trigger.task_file[0].destination[0].cloud_run_service[0].path == "/" && google_eventarc_trigger.task_file[0].destination[0].cloud_run_service[0].service == "icm-lora"
    error_message = "CloudEvents go to the function's root."
  }
  assert {
    condition     = google_project_iam_member.event_receiver[0].role == "roles/eventarc.eventReceiver" && google_project_iam_member.storage_publisher[0].role == "roles/pubsub.publisher"
    error_message = "The trigger receives, and Cloud Storage publishes."
  }
  assert {
    condition     = length(google_storage_notification.task_files) == 0 && length(google_pubsub_subscription.task_files) == 0 && length(google_pubsub_topic.task_files) == 0
    error_message = "An upload is told of once."
  }
  assert {
    condition     = contains(keys(google_project_service.needed), "eventarc.googleapis.com")
    error_message = "Its API is enabled."
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

run "what_was_deleted_can_be_had_back" {
  assert {
    condition     = google_storage_bucket.files[0].soft_delete_policy[0].retention_duration_seconds == 604800
    error_message = "For a week."
  }
}

run "or_is_gone" {
  variables {
    events = { soft_delete_days = 0 }
  }
  assert {
    condition     = google_storage_bucket.files[0].soft_delete_policy[0].retention_duration_seconds == 0
    error_message = "And not paid for."
  }
}

run "the_trigger_of_eventarc_is_where_the_bucket_is" {
  variables {
    events = { delivery = "eventarc", location = "eu" }
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
    condition     = length(google_storage_bucket.files) == 0 && length(google_storage_notification.task_files) == 0 && length(google_pubsub_topic.task_files) == 0 && length(google_eventarc_trigger.task_file) == 0 && length(google_pubsub_topic.dead_letter) == 0 && length(google_project_iam_member.event_receiver) == 0
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
}

run "undelivered_events_of_eventarc_are_kept" {
  variables {
    events = { delivery = "eventarc" }
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
    condition     = google_pubsub_subscription.task_files[0].ack_deadline_seconds == 600
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
    condition     = google_pubsub_subscription.task_files[0].ack_deadline_seconds == 300 && alltrue([for setting in ["ICM_LORA_EVENTS_DEADLINE=270s", "ICM_LORA_REQUEST_TIMEOUT=28s"] : contains([for e in google_cloud_run_v2_service.function[0].template[0].containers[0].env : "${e.name}=${e.value}"], setting)])
    error_message = "A request has half a minute."
  }
}
