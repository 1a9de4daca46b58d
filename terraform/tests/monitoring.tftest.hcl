# What is watched.
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

run "four_alerts_and_a_dashboard" {
  variables {
    monitoring = { notification_channels = ["projects/test-project/notificationChannels/1"] }
  }
  assert {
    condition     = toset(keys(google_monitoring_alert_policy.this)) == toset(["errors", "latency", "cold-starts", "spending"])
    error_message = "Errors, latency, cold starts, spending."
  }
  assert {
    condition     = alltrue([for policy in google_monitoring_alert_policy.this : policy.notification_channels == tolist(["projects/test-project/notificationChannels/1"])])
    error_message = "Somebody is told."
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["spending"].conditions[0].condition_prometheus_query_language[0].query, "> 14400")
    error_message = "Four instance-hours a day."
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["latency"].conditions[0].condition_prometheus_query_language[0].query, "> 30000") && !strcontains(google_monitoring_alert_policy.this["errors"].conditions[0].condition_prometheus_query_language[0].query, "503")
    error_message = "Half a minute, and every 5xx."
  }
  assert {
    condition     = length(jsondecode(google_monitoring_dashboard.this[0].dashboard_json).gridLayout.widgets) == 6
    error_message = "Six charts."
  }
}

run "an_alert_can_be_left_out" {
  variables {
    monitoring = { latency_p95_seconds = 0, error_share = 0 }
  }
  assert {
    condition     = toset(keys(google_monitoring_alert_policy.this)) == toset(["cold-starts", "spending"])
    error_message = "0 means no such alert."
  }
}

run "a_delivery_that_is_to_come_again_is_no_fault" {
  variables {
    timeout_seconds = 600
    events          = {}
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["errors"].conditions[0].condition_prometheus_query_language[0].query, "response_code_class=\"5xx\",response_code!=\"503\"")
    error_message = "503 asks for the event again."
  }
  assert {
    condition     = toset(keys(google_monitoring_alert_policy.this)) == toset(["errors", "cold-starts", "spending"])
    error_message = "A delivery may take minutes."
  }
}

run "latency_with_events_when_asked" {
  variables {
    timeout_seconds = 600
    events          = {}
    monitoring      = { latency_p95_seconds = 300 }
  }
  assert {
    condition     = strcontains(google_monitoring_alert_policy.this["latency"].conditions[0].condition_prometheus_query_language[0].query, "> 300000")
    error_message = "Five minutes, as asked."
  }
}

run "none_at_all" {
  variables {
    monitoring = null
  }
  assert {
    condition     = length(google_monitoring_alert_policy.this) == 0 && length(google_monitoring_dashboard.this) == 0
    error_message = "Null watches nothing."
  }
}

run "a_mail_before_it_becomes_expensive" {
  variables {
    budget     = { billing_account = "012345-6789AB-CDEF01", amount = 500 }
    monitoring = { notification_channels = ["projects/test-project/notificationChannels/1"] }
  }
  assert {
    condition     = google_billing_budget.this[0].budget_filter[0].projects == toset(["projects/123456789012"]) && google_billing_budget.this[0].amount[0].specified_amount[0].units == "500"
    error_message = "500 a month for the project."
  }
  assert {
    condition     = [for rule in google_billing_budget.this[0].threshold_rules : rule.threshold_percent] == [0.5, 0.9, 1, 1] && google_billing_budget.this[0].threshold_rules[3].spend_basis == "FORECASTED_SPEND"
    error_message = "At half, at nine tenths, at the whole, and when it is foreseen."
  }
  assert {
    condition     = google_billing_budget.this[0].all_updates_rule[0].monitoring_notification_channels == tolist(["projects/test-project/notificationChannels/1"]) && contains(keys(google_project_service.needed), "billingbudgets.googleapis.com")
    error_message = "The alerts' receivers are told."
  }
}

run "a_budget_without_alerts" {
  variables {
    budget     = { billing_account = "012345-6789AB-CDEF01", amount = 500 }
    monitoring = null
  }
  assert {
    condition     = length(google_billing_budget.this[0].all_updates_rule) == 0
    error_message = "The account's administrators are told."
  }
}
