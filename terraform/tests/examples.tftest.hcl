# Each example, as a user would apply it.
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

run "minimal" {
  module {
    source = "./examples/minimal"
  }
  assert {
    condition     = strcontains(output.curl, "/generate")
    error_message = "The example ends with a request to paste."
  }
}

run "minimal_before_the_image" {
  module {
    source = "./examples/minimal"
  }
  variables {
    image = null
  }
  assert {
    condition     = output.curl == null && output.image_repository == "europe-west4-docker.pkg.dev/test-project/icm-lora/function"
    error_message = "The first apply says where the image goes."
  }
}

run "cpu" {
  module {
    source = "./examples/cpu"
  }
  assert {
    condition     = strcontains(output.curl, "/generate")
    error_message = "The example ends with a request to paste."
  }
}

run "cpu_for_named_people" {
  module {
    source = "./examples/cpu"
  }
  variables {
    iap_members = ["group:team@example.com"]
  }
  assert {
    condition     = output.image_repository == "europe-west4-docker.pkg.dev/test-project/icm-lora/function"
    error_message = "The proxy changes nothing else."
  }
}

run "events" {
  module {
    source = "./examples/events"
  }
  assert {
    condition     = output.bucket == "test-project-icm-lora"
    error_message = "The example names its bucket."
  }
}

run "eventarc" {
  module {
    source = "./examples/eventarc"
  }
  assert {
    condition     = output.bucket == "test-project-icm-lora" && strcontains(output.subscription_command, "--location=eu") && strcontains(output.subscription_command, "--ack-deadline=600")
    error_message = "The example prints the commands that Eventarc's subscription needs, for where the bucket is."
  }
}

run "eventarc_before_the_image" {
  module {
    source = "./examples/eventarc"
  }
  variables {
    image = null
  }
  assert {
    condition     = output.subscription_command == null
    error_message = "There is no subscription yet."
  }
}

run "public" {
  module {
    source = "./examples/public"
  }
  assert {
    condition     = !strcontains(output.curl, "Authorization") && output.url == "https://icm-lora-abc-ez.a.run.app"
    error_message = "Anyone may ask who knows the address."
  }
}

run "private" {
  module {
    source = "./examples/private"
  }
  variables {
    kms_key    = "projects/test-project/locations/europe-west4/keyRings/ring/cryptoKeys/key"
    network    = "net"
    subnetwork = "subnet"
    caller     = "caller@test-project.iam.gserviceaccount.com"
  }
  assert {
    condition     = strcontains(output.curl, "print-identity-token")
    error_message = "Private needs an identity."
  }
  assert {
    condition     = output.image_repository == "europe-west4-docker.pkg.dev/test-project/lora-private/function"
    error_message = "The name begins every other name."
  }
}

run "production" {
  module {
    source = "./examples/production"
  }
  variables {
    image           = "europe-docker.pkg.dev/images-project/lora/function@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    api_key_secret  = "projects/keys-project/secrets/icm-lora-key"
    domain          = "lora.example.com"
    models_bucket   = "models-of-mine"
    adapters_bucket = "adapters-of-mine"
    billing_account = "012345-6789AB-CDEF01"
  }
  assert {
    condition     = endswith(output.curl, "https://lora.example.com/generate") && !strcontains(output.curl, "print-identity-token") && strcontains(output.curl, "versions access 1 --secret=icm-lora-key --project=keys-project")
    error_message = "The name and a key are all that a caller needs."
  }
}

run "production_with_a_new_revision" {
  module {
    source = "./examples/production"
  }
  variables {
    image           = "europe-docker.pkg.dev/images-project/lora/function@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
    api_key_secret  = "projects/keys-project/secrets/icm-lora-key"
    domain          = "lora.example.com"
    models_bucket   = "models-of-mine"
    adapters_bucket = "adapters-of-mine"
    billing_account = "012345-6789AB-CDEF01"
    traffic         = [{ revision = "icm-lora-00007-abc", percent = 90 }, { percent = 10, tag = "next" }]
  }
  assert {
    condition     = output.load_balancer_ip != null && output.revision != null
    error_message = "Nothing else changes."
  }
}
