terraform {
  required_version = ">= 1.7"

  required_providers {
    google = {
      source  = "hashicorp/google"
      version = ">= 7.31, < 8.0"
    }
  }
}

provider "google" {
  project = var.project
  region  = var.region
}
