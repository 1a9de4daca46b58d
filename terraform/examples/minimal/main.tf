# A GPU function that costs nothing while idle. Whoever may call it in the project can call it; nobody else.
module "function" {
  source = "../.."

  project = var.project
  region  = var.region
  image   = var.image
}
