// Package check holds what keeps deploy/ right without a cluster: overlays are built as kustomize builds them, each object
// is read strictly into the type of the project that it belongs to, and what runs is held to our rules.
package check

import (
	"context"
	"fmt"
	"os"
	"slices"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	servingv1 "knative.dev/serving/pkg/apis/serving/v1"
	"sigs.k8s.io/json"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
)

const overlays = "../kubernetes/overlays"

// Each kind that we use, by API version.
var kinds = map[string]func() any{
	"v1 ConfigMap":                                  func() any { return new(corev1.ConfigMap) },
	"v1 PersistentVolumeClaim":                      func() any { return new(corev1.PersistentVolumeClaim) },
	"v1 Service":                                    func() any { return new(corev1.Service) },
	"v1 ServiceAccount":                             func() any { return new(corev1.ServiceAccount) },
	"apps/v1 Deployment":                            func() any { return new(appsv1.Deployment) },
	"batch/v1 Job":                                  func() any { return new(batchv1.Job) },
	"networking.k8s.io/v1 NetworkPolicy":            func() any { return new(networkingv1.NetworkPolicy) },
	"policy/v1 PodDisruptionBudget":                 func() any { return new(policyv1.PodDisruptionBudget) },
	"rbac.authorization.k8s.io/v1 Role":             func() any { return new(rbacv1.Role) },
	"rbac.authorization.k8s.io/v1 RoleBinding":      func() any { return new(rbacv1.RoleBinding) },
	"sparkoperator.k8s.io/v1beta2 SparkApplication": func() any { return new(SparkApplication) },
	"monitoring.coreos.com/v1 ServiceMonitor":       func() any { return new(monitoringv1.ServiceMonitor) },
	"monitoring.coreos.com/v1 PrometheusRule":       func() any { return new(monitoringv1.PrometheusRule) },
	"serving.knative.dev/v1 Service":                func() any { return new(servingv1.Service) },
	"eventing.knative.dev/v1 Trigger":               func() any { return new(Trigger) },
	"keda.sh/v1alpha1 ScaledObject":                 func() any { return new(ScaledObject) },
	"keda.sh/v1alpha1 TriggerAuthentication":        func() any { return new(TriggerAuthentication) },
	"serving.kserve.io/v1alpha1 ServingRuntime":     func() any { return new(ServingRuntime) },
	"serving.kserve.io/v1beta1 InferenceService":    func() any { return new(InferenceService) },
}

// Objects of an overlay, each in the type of its kind.
type Objects []any

func build(t *testing.T, folder string) Objects {
	t.Helper()
	resources, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(filesys.MakeFsOnDisk(), folder)
	if err != nil {
		t.Fatal(err)
	}
	var objects Objects
	for _, resource := range resources.Resources() {
		text, err := resource.MarshalJSON()
		if err != nil {
			t.Fatal(err)
		}
		object, err := read(resource.GetApiVersion()+" "+resource.GetKind(), text)
		if err != nil {
			t.Errorf("%s: %v", resource.CurId(), err)
			continue
		}
		objects = append(objects, object)
	}
	return objects
}

// Reads an object as the API server would with field validation: names are compared with their case.
func read(kind string, text []byte) (any, error) {
	create, known := kinds[kind]
	if !known {
		return nil, fmt.Errorf("%s is no kind that is checked here", kind)
	}
	if definition, defined := definitions[kind]; defined {
		if err := breaches(definition, text); err != nil {
			return nil, err
		}
	}
	object := create()
	strict, err := json.UnmarshalStrict(text, object)
	if err != nil {
		return nil, err
	}
	if len(strict) > 0 {
		return nil, fmt.Errorf("%v", strict)
	}
	return object, nil
}

// All objects of a type.
func all[T any](objects Objects) []*T {
	var found []*T
	for _, object := range objects {
		if typed, ok := object.(*T); ok {
			found = append(found, typed)
		}
	}
	return found
}

// The one object of a type.
func one[T any](t *testing.T, objects Objects) *T {
	t.Helper()
	found := all[T](objects)
	if len(found) != 1 {
		t.Fatalf("there are %d objects of type %T, not one", len(found), *new(T))
	}
	return found[0]
}

func TestEveryOverlayIsRight(t *testing.T) {
	entries, err := os.ReadDir(overlays)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
		t.Run(entry.Name(), func(t *testing.T) {
			objects := build(t, overlays+"/"+entry.Name())
			have := 0
			for _, object := range objects {
				pods := podsOf(object)
				if len(pods) > 0 {
					have++
				}
				for _, pod := range pods {
					for _, complaint := range complaints(pod) {
						t.Error(complaint)
					}
				}
			}
			if have != 1 {
				t.Errorf("%d of its objects have pods, not one", have)
			}
			for _, complaint := range dangling(objects) {
				t.Error(complaint)
			}
			for _, complaint := range secretValues(objects) {
				t.Error(complaint)
			}
			for _, service := range all[servingv1.Service](objects) {
				service.SetDefaults(context.Background())
				if err := service.Validate(context.Background()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	expected := []string{"cpu", "gpu", "keda", "knative", "knative-events", "kserve", "spark", "training"}
	if !slices.Equal(names, expected) {
		t.Errorf("the overlays are %v, not %v", names, expected)
	}
}

func TestMistakesAreFound(t *testing.T) {
	for name, text := range map[string]string{
		"a field that is not there": `{"kind": "Deployment", "spec": {"replica": 1}}`,
		"a field in another case":   `{"kind": "Deployment", "spec": {"Replicas": 1}}`,
		"a field twice":             `{"kind": "Deployment", "spec": {"replicas": 1, "replicas": 1}}`,
		"a field of another type":   `{"kind": "Deployment", "spec": {"replicas": "one"}}`,
		"no quantity":               `{"kind": "Deployment", "spec": {"template": {"spec": {"containers": [{"resources": {"limits": {"memory": "4 GB"}}}]}}}}`,
	} {
		if _, err := read("apps/v1 Deployment", []byte(text)); err == nil {
			t.Errorf("%s was not found", name)
		}
	}
	for name, text := range map[string]string{
		"a field that is not there": `{"spec": {"scaleTargetRef": {"name": "a"}, "triggers": [], "maxReplicas": 3}}`,
		"a field of another type":   `{"spec": {"scaleTargetRef": {"name": "a"}, "triggers": [], "maxReplicaCount": "3"}}`,
		"a name that is missing":    `{"spec": {"scaleTargetRef": {}, "triggers": []}}`,
		"a trigger of no type":      `{"spec": {"scaleTargetRef": {"name": "a"}, "triggers": [{"metadata": {"query": "up"}}]}}`,
	} {
		if _, err := read("keda.sh/v1alpha1 ScaledObject", []byte(text)); err == nil {
			t.Errorf("%s was not found", name)
		}
	}
	if _, err := read("apps/v1beta1 Deployment", []byte(`{}`)); err == nil {
		t.Error("another API version was not found")
	}
}

func TestGpuPodsHaveAGpuAndMayRunWhereOneIs(t *testing.T) {
	for _, overlay := range []string{"gpu", "keda"} {
		pod := one[appsv1.Deployment](t, build(t, overlays+"/"+overlay)).Spec.Template.Spec
		if gpu := pod.Containers[0].Resources.Limits["nvidia.com/gpu"]; gpu.Value() != 1 {
			t.Errorf("%s: %v GPUs", overlay, gpu.Value())
		}
		if pod.Tolerations[0].Key != "nvidia.com/gpu" || pod.NodeSelector["nvidia.com/gpu.present"] != "true" {
			t.Errorf("%s: it would run on another node, or on none", overlay)
		}
	}
	objects := build(t, overlays+"/gpu")
	name := one[appsv1.Deployment](t, objects).Spec.Template.Spec.Containers[0].EnvFrom[0].ConfigMapRef.Name
	for _, settings := range all[corev1.ConfigMap](objects) {
		if settings.Name == name && (settings.Data["ICM_LORA_REQUIRE_GPU"] != "true" || settings.Data["ICM_LORA_ADAPTERS_DIR"] == "") {
			t.Errorf("the settings are %v", settings.Data)
		}
	}
}

func TestKnativeScalesToZeroAndIsOfTheClusterOnly(t *testing.T) {
	for _, overlay := range []string{"knative", "knative-events"} {
		service := one[servingv1.Service](t, build(t, overlays+"/"+overlay))
		if service.Labels["networking.knative.dev/visibility"] != "cluster-local" {
			t.Errorf("%s: whoever knows the address may ask", overlay)
		}
		if service.Spec.Template.Annotations["autoscaling.knative.dev/min-scale"] != "0" {
			t.Errorf("%s: it has a pod while nobody asks", overlay)
		}
	}
}

func TestEventsOfKnativeHaveTheirTime(t *testing.T) {
	objects := build(t, overlays+"/knative-events")
	spec := one[servingv1.Service](t, objects).Spec.Template.Spec
	if *spec.TimeoutSeconds != 600 || *spec.ResponseStartTimeoutSeconds != 600 || *spec.ContainerConcurrency != 16 {
		t.Errorf("%d s, %d s until the first byte, %d places", *spec.TimeoutSeconds, *spec.ResponseStartTimeoutSeconds, *spec.ContainerConcurrency)
	}
	if delivery := one[Trigger](t, objects).Spec.Delivery; delivery.Timeout != "PT10M" {
		t.Errorf("a delivery is given up after %s", delivery.Timeout)
	}
}

func TestKedaScalesToZeroOnQueueAndBacklog(t *testing.T) {
	objects := build(t, overlays+"/keda")
	scaled := one[ScaledObject](t, objects).Spec
	if *scaled.MinReplicaCount != 0 || one[appsv1.Deployment](t, objects).Spec.Replicas != nil {
		t.Error("it is not KEDA that says how many pods there are, down to none")
	}
	for i, series := range []string{"icm_lora_queue_requests", "subscription_num_undelivered_messages"} {
		if trigger := scaled.Triggers[i]; trigger.Type != "prometheus" || !contains(trigger.Metadata["query"], series) {
			t.Errorf("trigger %d is not of %s: %v", i, series, trigger.Metadata)
		}
	}
}

func TestTrainingIsQueuedByKueue(t *testing.T) {
	job := one[batchv1.Job](t, build(t, overlays+"/training"))
	if job.Labels["kueue.x-k8s.io/queue-name"] == "" || !*job.Spec.Suspend {
		t.Error("it would start beside Kueue")
	}
	if *job.Spec.CompletionMode != batchv1.IndexedCompletion {
		t.Errorf("its pods are not told their shard: %s", *job.Spec.CompletionMode)
	}
	count := job.Spec.Template.Spec.Containers[0].Env[0]
	if count.Name != "JOB_COMPLETION_COUNT" || count.Value != fmt.Sprint(*job.Spec.Completions) {
		t.Errorf("%s is %s, and there are %d shards", count.Name, count.Value, *job.Spec.Completions)
	}
}
