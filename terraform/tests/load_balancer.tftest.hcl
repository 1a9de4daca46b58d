# What stands in front of the service, and what it leaves open.
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
  mock_resource "google_compute_global_address" {
    defaults = { address = "203.0.113.7" }
  }
}

variables {
  project       = "test-project"
  region        = "europe-west4"
  image         = "europe-west4-docker.pkg.dev/test-project/icm-lora/function:1.0"
  load_balancer = { domains = ["lora.example.com", "www.lora.example.com"] }
}

run "from_the_address_to_the_service" {
  assert {
    condition = (
      google_compute_global_forwarding_rule.this[0].ip_address == google_compute_global_address.this[0].id &&
      google_compute_global_forwarding_rule.this[0].target == google_compute_target_https_proxy.this[0].id &&
      google_compute_target_https_proxy.this[0].url_map == google_compute_url_map.this[0].id &&
      google_compute_url_map.this[0].default_service == google_compute_backend_service.function[0].id &&
      one(google_compute_backend_service.function[0].backend).group == google_compute_region_network_endpoint_group.function[0].id &&
      google_compute_region_network_endpoint_group.function[0].cloud_run[0].service == "icm-lora"
    )
    error_message = "Each part names the next one."
  }
  assert {
    condition     = google_compute_global_forwarding_rule.this[0].port_range == "443" && google_compute_target_https_proxy.this[0].ssl_certificates == tolist([google_compute_managed_ssl_certificate.this[0].id])
    error_message = "HTTPS alone."
  }
  assert {
    condition     = google_compute_managed_ssl_certificate.this[0].managed[0].domains == tolist(["lora.example.com", "www.lora.example.com"])
    error_message = "One certificate of all names."
  }
  assert {
    condition     = google_compute_global_forwarding_rule.this[0].load_balancing_scheme == "EXTERNAL_MANAGED" && google_compute_backend_service.function[0].load_balancing_scheme == "EXTERNAL_MANAGED"
    error_message = "Rule and backend are of one kind of load balancer."
  }
  assert {
    condition     = contains(keys(google_project_service.needed), "compute.googleapis.com")
    error_message = "Its API is enabled."
  }
}

run "no_old_tls" {
  assert {
    condition     = google_compute_target_https_proxy.this[0].ssl_policy == google_compute_ssl_policy.this[0].id && google_compute_ssl_policy.this[0].min_tls_version == "TLS_1_2" && google_compute_ssl_policy.this[0].profile == "MODERN"
    error_message = "TLS 1.2 at least, with ciphers of today."
  }
}

run "who_asks_too_often_is_turned_away" {
  variables {
    load_balancer = { domains = ["lora.example.com"], requests_per_minute = 60 }
  }
  assert {
    condition     = google_compute_backend_service.function[0].security_policy == google_compute_security_policy.this[0].id
    error_message = "The policy is the backend's."
  }
  assert {
    condition     = [for rule in google_compute_security_policy.this[0].rule : "${rule.rate_limit_options[0].enforce_on_key} ${rule.rate_limit_options[0].rate_limit_threshold[0].count} ${rule.rate_limit_options[0].rate_limit_threshold[0].interval_sec} ${rule.rate_limit_options[0].exceed_action}" if rule.action == "throttle"] == ["IP 60 60 deny(429)"]
    error_message = "60 a minute from one address, then 429."
  }
  assert {
    condition     = [for rule in google_compute_security_policy.this[0].rule : rule.action if rule.priority == 2147483647] == ["allow"]
    error_message = "Everybody else gets through."
  }
}

run "nobody_goes_past_it" {
  assert {
    condition     = google_cloud_run_v2_service.function[0].ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    error_message = "The service's own address takes no request from outside."
  }
}

run "unless_that_is_chosen" {
  variables {
    access = { ingress = "all" }
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].ingress == "INGRESS_TRAFFIC_ALL"
    error_message = "Who says all gets all."
  }
}

run "callers_use_the_name" {
  assert {
    condition     = output.url == "https://lora.example.com" && endswith(output.curl, "https://lora.example.com/generate") && output.load_balancer_ip == "203.0.113.7"
    error_message = "Outputs name what is reached."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].custom_audiences == tolist(["https://lora.example.com", "https://www.lora.example.com"])
    error_message = "Cloud Run takes identity tokens that were made for the names."
  }
}

run "the_public_comes_through_it" {
  variables {
    access = { public = true }
  }
  assert {
    condition     = length(google_cloud_run_v2_service_iam_member.public) == 1 && google_cloud_run_v2_service.function[0].ingress == "INGRESS_TRAFFIC_INTERNAL_LOAD_BALANCER"
    error_message = "Anyone may call, by the load balancer."
  }
}

run "other_names_are_another_certificate" {
  command = plan
  variables {
    load_balancer = { domains = ["other.example.com"] }
  }
  assert {
    condition     = google_compute_managed_ssl_certificate.this[0].name != "icm-lora-${substr(sha256("lora.example.com,www.lora.example.com"), 0, 8)}" && startswith(google_compute_managed_ssl_certificate.this[0].name, "icm-lora-")
    error_message = "The new one is made before the old one goes."
  }
}

run "before_the_image_there_is_an_address_for_the_name" {
  variables {
    image = null
  }
  assert {
    condition     = output.load_balancer_ip == "203.0.113.7" && length(google_compute_global_forwarding_rule.this) == 0 && output.url == null
    error_message = "The name can be set up first; nothing can be balanced yet."
  }
}

run "none_unless_asked" {
  variables {
    load_balancer = null
  }
  assert {
    condition     = length(google_compute_global_address.this) == 0 && length(google_compute_security_policy.this) == 0 && !contains(keys(google_project_service.needed), "compute.googleapis.com") && output.load_balancer_ip == null
    error_message = "A load balancer is paid for by the hour."
  }
  assert {
    condition     = google_cloud_run_v2_service.function[0].ingress == "INGRESS_TRAFFIC_ALL" && google_cloud_run_v2_service.function[0].custom_audiences == null
    error_message = "The service has its own address."
  }
}
