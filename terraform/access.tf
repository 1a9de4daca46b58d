locals {
  ingress = coalesce(var.access.ingress, var.load_balancer == null ? "all" : "internal-and-load-balancer")

  # Whether the function itself asks who calls.
  authenticates = (
    anytrue([for name in concat(keys(var.env), keys(var.secret_env)) : startswith(name, "ICM_LORA_API_KEY")]) ||
    lookup(var.env, "QUARKUS_OIDC_TENANT_ENABLED", "false") == "true"
  )
}

resource "google_cloud_run_v2_service_iam_member" "invoker" {
  for_each = local.deployed == 1 ? toset(var.access.invokers) : toset([])

  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.function[0].name
  role     = "roles/run.invoker"
  member   = each.value
}

# Only when asked: anyone who knows the address can spend GPU time.
resource "google_cloud_run_v2_service_iam_member" "public" {
  count = var.access.public ? local.deployed : 0

  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.function[0].name
  role     = "roles/run.invoker"
  member   = "allUsers"
}

# Identity-Aware Proxy calls the service as its own agent, for the members that it lets through.
resource "google_cloud_run_v2_service_iam_member" "iap" {
  count = length(var.access.iap_members) > 0 ? local.deployed : 0

  project  = var.project
  location = var.region
  name     = google_cloud_run_v2_service.function[0].name
  role     = "roles/run.invoker"
  member   = "serviceAccount:service-${data.google_project.this.number}@gcp-sa-iap.iam.gserviceaccount.com"
}

resource "google_iap_web_cloud_run_service_iam_member" "through" {
  for_each = local.deployed == 1 ? toset(var.access.iap_members) : toset([])

  project                = var.project
  location               = var.region
  cloud_run_service_name = google_cloud_run_v2_service.function[0].name
  role                   = "roles/iap.httpsResourceAccessor"
  member                 = each.value
}
