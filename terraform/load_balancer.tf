# A name of one's own in front of the service, and Cloud Armor, which turns away who asks too often before it costs anything:
# address -> forwarding rule -> HTTPS proxy with certificate and TLS policy -> URL map -> backend service with policy -> the service.

locals {
  domains  = var.load_balancer == null ? [] : var.load_balancer.domains
  balanced = var.load_balancer == null ? 0 : local.deployed
}

# Made before there is an image, so that the domains can name it by the time that Google looks.
resource "google_compute_global_address" "this" {
  count = var.load_balancer == null ? 0 : 1

  project = var.project
  name    = var.name
  labels  = local.labels

  depends_on = [google_project_service.needed]
}

resource "google_compute_region_network_endpoint_group" "function" {
  count = local.balanced

  project               = var.project
  region                = var.region
  name                  = var.name
  network_endpoint_type = "SERVERLESS"

  cloud_run {
    service = google_cloud_run_v2_service.function[0].name
  }

  depends_on = [google_project_service.needed]
}

resource "google_compute_security_policy" "this" {
  count = local.balanced

  project     = var.project
  name        = var.name
  description = "Requests a minute from one address"

  rule {
    action      = "throttle"
    priority    = 1000
    description = "429 to an address that asks too often"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
    rate_limit_options {
      conform_action = "allow"
      exceed_action  = "deny(429)"
      enforce_on_key = "IP"
      rate_limit_threshold {
        count        = var.load_balancer.requests_per_minute
        interval_sec = 60
      }
    }
  }

  # A policy has to end with a rule of this priority.
  rule {
    action      = "allow"
    priority    = 2147483647
    description = "Default"
    match {
      versioned_expr = "SRC_IPS_V1"
      config {
        src_ip_ranges = ["*"]
      }
    }
  }

  depends_on = [google_project_service.needed]
}

# A serverless backend takes no time-out and no health check: Cloud Run's own hold.
resource "google_compute_backend_service" "function" {
  count = local.balanced

  project               = var.project
  name                  = var.name
  load_balancing_scheme = "EXTERNAL_MANAGED"
  protocol              = "HTTPS"
  security_policy       = google_compute_security_policy.this[0].id

  backend {
    group = google_compute_region_network_endpoint_group.function[0].id
  }
}

resource "google_compute_url_map" "this" {
  count = local.balanced

  project         = var.project
  name            = var.name
  default_service = google_compute_backend_service.function[0].id
}

# Other domains are another certificate, and the proxy must not be without one in between: so its name tells of them.
resource "google_compute_managed_ssl_certificate" "this" {
  count = local.balanced

  project = var.project
  name    = "${var.name}-${substr(sha256(join(",", local.domains)), 0, 8)}"

  managed {
    domains = local.domains
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [google_project_service.needed]
}

# Google's own default takes TLS 1.0.
resource "google_compute_ssl_policy" "this" {
  count = local.balanced

  project         = var.project
  name            = var.name
  profile         = "MODERN"
  min_tls_version = "TLS_1_2"

  depends_on = [google_project_service.needed]
}

resource "google_compute_target_https_proxy" "this" {
  count = local.balanced

  project          = var.project
  name             = var.name
  url_map          = google_compute_url_map.this[0].id
  ssl_certificates = [google_compute_managed_ssl_certificate.this[0].id]
  ssl_policy       = google_compute_ssl_policy.this[0].id
}

# Port 443 alone: a key that somebody sends to http:// gets no answer, instead of a redirect that hides the mistake.
resource "google_compute_global_forwarding_rule" "this" {
  count = local.balanced

  project               = var.project
  name                  = var.name
  load_balancing_scheme = "EXTERNAL_MANAGED"
  ip_address            = google_compute_global_address.this[0].id
  port_range            = "443"
  target                = google_compute_target_https_proxy.this[0].id
  labels                = local.labels
}
