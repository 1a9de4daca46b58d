terraform {
  required_version = ">= 1.7"

  required_providers {
    # 7.31 is the oldest release of which we know that it has a service's readiness_probe.
    google = {
      source  = "hashicorp/google"
      version = ">= 7.31, < 8.0"
    }
  }
}
