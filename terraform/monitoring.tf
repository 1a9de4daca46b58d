locals {
  watched  = var.monitoring == null ? 0 : local.deployed
  channels = try(var.monitoring.notification_channels, [])

  # A delivery is answered 503 when it is to come again, and may take minutes: neither is a fault. Cloud Run answers 503
  # where an instance crashed, too; of that the cold starts tell.
  errors          = var.events == null ? "response_code_class=\"5xx\"" : "response_code_class=\"5xx\",response_code!=\"503\""
  latency_seconds = coalesce(try(var.monitoring.latency_p95_seconds, null), var.events == null ? 30 : 0)

  alerts = var.monitoring == null ? {} : {
    errors = {
      threshold = var.monitoring.error_share
      title     = "more than ${var.monitoring.error_share * 100} % of the answers are 5xx${var.events == null ? "" : " other than 503"}"
      query     = <<-PROMQL
        sum(rate(run_googleapis_com:request_count{${local.promql_labels},${local.errors}}[10m]))
        / sum(rate(run_googleapis_com:request_count{${local.promql_labels}}[10m]))
        > ${var.monitoring.error_share}
      PROMQL
      lasting   = "300s"
      advice    = "Look at the newest log entries of severity ERROR: each 5xx is an application/problem+json with a detail."
    }
    latency = {
      threshold = local.latency_seconds
      title     = "1 of 20 requests needs more than ${local.latency_seconds} s"
      query     = <<-PROMQL
        histogram_quantile(0.95, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{${local.promql_labels}}[10m])))
        > ${local.latency_seconds * 1000}
      PROMQL
      lasting   = "600s"
      advice    = "Compare with the cold starts on the dashboard. Requests that wait need more instances (scaling.max_instances)."
    }
    cold-starts = {
      threshold = var.monitoring.cold_starts_per_hour
      title     = "more than ${var.monitoring.cold_starts_per_hour} cold starts within an hour"
      query     = <<-PROMQL
        sum(increase(run_googleapis_com:container_startup_latencies_count{${local.promql_labels}}[1h]))
        > ${var.monitoring.cold_starts_per_hour}
      PROMQL
      lasting   = "0s"
      advice    = "Instances that crash start again: look for a start-up failure in the log. If the load is real, scaling.min_instances = 1 may be cheaper: docs/cost.md."
    }
    spending = {
      threshold = var.monitoring.instance_seconds_per_day
      title     = "more than ${var.monitoring.instance_seconds_per_day} instance-seconds within a day"
      query     = <<-PROMQL
        sum(increase(run_googleapis_com:container_billable_instance_time{${local.promql_labels}}[1d]))
        > ${var.monitoring.instance_seconds_per_day}
      PROMQL
      lasting   = "0s"
      advice    = "Each of these seconds is billed with its GPU. scaling.max_instances bounds them; docs/cost.md says what they cost."
    }
  }

  promql_labels = "monitored_resource=\"cloud_run_revision\",service_name=\"${var.name}\""
}

resource "google_monitoring_alert_policy" "this" {
  for_each = { for name, alert in local.alerts : name => alert if local.watched == 1 && alert.threshold > 0 }

  project               = var.project
  display_name          = "${var.name}: ${each.value.title}"
  combiner              = "OR"
  severity              = "WARNING"
  notification_channels = local.channels
  user_labels           = local.labels

  conditions {
    display_name = each.value.title
    condition_prometheus_query_language {
      query               = each.value.query
      duration            = each.value.lasting
      evaluation_interval = "60s"
    }
  }

  documentation {
    mime_type = "text/markdown"
    content   = each.value.advice
  }

  depends_on = [google_project_service.needed, google_cloud_run_v2_service.function]
}

resource "google_monitoring_dashboard" "this" {
  count = local.watched

  project = var.project
  dashboard_json = jsonencode({
    displayName = var.name
    gridLayout = {
      columns = "2"
      widgets = [
        for chart in [
          {
            title   = "Requests a second, by class of answer"
            unit    = "1/s"
            queries = ["sum by (response_code_class) (rate(run_googleapis_com:request_count{${local.promql_labels}}[$${__interval}]))"]
          },
          {
            title = "Latency in ms, median and 95th percentile"
            unit  = "ms"
            queries = [
              for quantile in ["0.5", "0.95"] :
              "histogram_quantile(${quantile}, sum by (le) (rate(run_googleapis_com:request_latencies_bucket{${local.promql_labels}}[$${__interval}])))"
            ]
          },
          {
            title   = "Instances, active and idle"
            unit    = "1"
            queries = ["sum by (state) (run_googleapis_com:container_instance_count{${local.promql_labels}})"]
          },
          {
            title   = "Cold starts an hour"
            unit    = "1"
            queries = ["sum(increase(run_googleapis_com:container_startup_latencies_count{${local.promql_labels}}[1h]))"]
          },
          {
            title   = "Start-up in ms, 95th percentile"
            unit    = "ms"
            queries = ["histogram_quantile(0.95, sum by (le) (increase(run_googleapis_com:container_startup_latencies_bucket{${local.promql_labels}}[1h])))"]
          },
          {
            title   = "Billed instance-seconds an hour"
            unit    = "s"
            queries = ["sum(increase(run_googleapis_com:container_billable_instance_time{${local.promql_labels}}[1h]))"]
          },
          ] : {
          title = chart.title
          xyChart = {
            dataSets = [
              for query in chart.queries : {
                plotType        = "LINE"
                timeSeriesQuery = { prometheusQuery = query, unitOverride = chart.unit }
              }
            ]
            yAxis = { label = chart.unit }
          }
        }
      ]
    }
  })

  depends_on = [google_project_service.needed]
}
