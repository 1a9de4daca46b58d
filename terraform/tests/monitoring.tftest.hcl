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

run "none_at_all" {
  variables {
    monitoring = null
  }
  assert {
    condition     = length(google_monitoring_alert_policy.this) == 0 && length(google_monitoring_dashboard.this) == 0
    error_message = "Null watches nothing."
  }
}
