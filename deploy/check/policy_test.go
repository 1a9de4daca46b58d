package check

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	servingv1 "knative.dev/serving/pkg/apis/serving/v1"
)

// A tag that is not latest, or a digest.
var pinned = regexp.MustCompile(`^[^:@]+(:[0-9]+/[^:@]+)?(:[A-Za-z0-9_][A-Za-z0-9._-]*|@sha256:[0-9a-f]{64})$`)

// What holds a secret by its name.
var secret = regexp.MustCompile(`(?i)(key|secret|password|token|credential|connection_string)`)

// The pods that an object makes, one of each kind.
func podsOf(object any) []corev1.PodSpec {
	mounts := false
	switch of := object.(type) {
	case *appsv1.Deployment:
		return []corev1.PodSpec{of.Spec.Template.Spec}
	case *batchv1.Job:
		return []corev1.PodSpec{of.Spec.Template.Spec}
	case *servingv1.Service:
		return []corev1.PodSpec{of.Spec.Template.Spec.PodSpec}
	case *ServingRuntime:
		// The account's token is left out by the InferenceService.
		return []corev1.PodSpec{{Containers: of.Spec.Containers, Volumes: of.Spec.Volumes, AutomountServiceAccountToken: &mounts}}
	case *SparkApplication:
		driver := of.Spec.Driver.pod(of.Spec.Image)
		// It is the one that makes pods, and so needs the token.
		driver.AutomountServiceAccountToken = &mounts
		return []corev1.PodSpec{driver, of.Spec.Executor.pod(of.Spec.Image)}
	}
	return nil
}

// What a pod does that none of ours may do.
func complaints(pod corev1.PodSpec) []string {
	var found []string
	complain := func(when bool, format string, args ...any) {
		if when {
			found = append(found, fmt.Sprintf(format, args...))
		}
	}
	complain(pod.AutomountServiceAccountToken == nil || *pod.AutomountServiceAccountToken, "the pod has the account's token")
	complain(pod.HostNetwork || pod.HostPID || pod.HostIPC, "the pod is in the host's namespaces")
	for _, volume := range pod.Volumes {
		complain(volume.HostPath != nil, "%s is a folder of the host", volume.Name)
		complain(volume.EmptyDir != nil && volume.EmptyDir.SizeLimit == nil, "%s has no limit", volume.Name)
	}
	ofPod := pod.SecurityContext
	if ofPod == nil {
		ofPod = &corev1.PodSecurityContext{}
	}
	for _, container := range append(slices.Clone(pod.InitContainers), pod.Containers...) {
		own := container.SecurityContext
		if own == nil {
			own = &corev1.SecurityContext{}
		}
		name := container.Image
		complain(!pinned.MatchString(name) || strings.HasSuffix(name, ":latest"), "%s has no tag, or latest", name)
		complain(!is(own.RunAsNonRoot) && (own.RunAsNonRoot != nil || !is(ofPod.RunAsNonRoot)), "%s may be root", name)
		complain(!is(own.ReadOnlyRootFilesystem), "%s may write to its root file system", name)
		complain(own.AllowPrivilegeEscalation == nil || *own.AllowPrivilegeEscalation, "%s may gain rights", name)
		complain(is(own.Privileged), "%s is privileged", name)
		complain(own.Capabilities == nil || !slices.Contains(own.Capabilities.Drop, "ALL") || len(own.Capabilities.Add) > 0, "%s has capabilities", name)
		seccomp := own.SeccompProfile
		if seccomp == nil {
			seccomp = ofPod.SeccompProfile
		}
		complain(seccomp == nil || seccomp.Type != corev1.SeccompProfileTypeRuntimeDefault, "%s may call all of the kernel", name)
		for _, of := range []corev1.ResourceName{corev1.ResourceCPU, corev1.ResourceMemory} {
			complain(container.Resources.Limits[of] == resource.Quantity{}, "%s has no limit of %s", name, of)
			complain(container.Resources.Requests[of] == resource.Quantity{}, "%s asks for no %s", name, of)
		}
		for _, env := range container.Env {
			complain(env.Value != "" && secret.MatchString(env.Name), "%s has the value of %s", name, env.Name)
		}
	}
	return found
}

func is(setting *bool) bool {
	return setting != nil && *setting
}

func contains(text, part string) bool {
	return strings.Contains(text, part)
}

// Settings with the value of a secret.
func secretValues(objects Objects) []string {
	var found []string
	for _, settings := range all[corev1.ConfigMap](objects) {
		for name := range settings.Data {
			if secret.MatchString(name) {
				found = append(found, fmt.Sprintf("the ConfigMap %s has the value of %s", settings.Name, name))
			}
		}
	}
	for _, application := range all[SparkApplication](objects) {
		for name := range application.Spec.SparkConf {
			if secret.MatchString(name) && !contains(name, secretOfSpark) {
				found = append(found, fmt.Sprintf("the SparkApplication %s has the value of %s", application.Name, name))
			}
		}
	}
	return found
}

// Whether docs/deploy.md makes a secret.
func made(name, key string) bool {
	return name == "icm-lora" && (key == "api-key" || key == "metrics-key")
}

// References to what is not there, and selectors that choose nothing.
func dangling(objects Objects) []string {
	var found []string
	miss := func(format string, args ...any) { found = append(found, fmt.Sprintf(format, args...)) }
	for _, object := range objects {
		for _, pod := range podsOf(object) {
			for _, container := range pod.Containers {
				for _, source := range container.EnvFrom {
					if !slices.ContainsFunc(all[corev1.ConfigMap](objects), func(c *corev1.ConfigMap) bool { return c.Name == source.ConfigMapRef.Name }) {
						miss("there is no ConfigMap %s", source.ConfigMapRef.Name)
					}
				}
				for _, env := range container.Env {
					if env.ValueFrom != nil && !made(env.ValueFrom.SecretKeyRef.Name, env.ValueFrom.SecretKeyRef.Key) {
						miss("%s is of a secret that docs/deploy.md does not make", env.Name)
					}
				}
			}
			for _, volume := range pod.Volumes {
				claim := volume.PersistentVolumeClaim
				if claim != nil && !slices.ContainsFunc(all[corev1.PersistentVolumeClaim](objects), func(c *corev1.PersistentVolumeClaim) bool { return c.Name == claim.ClaimName }) {
					miss("there is no volume claim %s", claim.ClaimName)
				}
			}
			if account := pod.ServiceAccountName; account != "" && !slices.ContainsFunc(all[corev1.ServiceAccount](objects), func(a *corev1.ServiceAccount) bool { return a.Name == account }) {
				miss("there is no account %s", account)
			}
		}
	}
	chooses := func(selector *metav1.LabelSelector, of labels.Set) bool {
		made, err := metav1.LabelSelectorAsSelector(selector)
		return err == nil && !made.Empty() && made.Matches(of)
	}
	for _, deployment := range all[appsv1.Deployment](objects) {
		pods := labels.Set(deployment.Spec.Template.Labels)
		if !chooses(deployment.Spec.Selector, pods) {
			miss("the Deployment %s chooses other pods", deployment.Name)
		}
		for _, service := range all[corev1.Service](objects) {
			if !chooses(&metav1.LabelSelector{MatchLabels: service.Spec.Selector}, pods) {
				miss("the Service %s chooses other pods", service.Name)
			}
			for _, monitor := range all[monitoringv1.ServiceMonitor](objects) {
				if credentials := monitor.Spec.Endpoints[0].Authorization.Credentials; !made(credentials.Name, credentials.Key) {
					miss("the ServiceMonitor %s has a secret that docs/deploy.md does not make", monitor.Name)
				}
				if !chooses(&monitor.Spec.Selector, labels.Set(service.Labels)) || monitor.Spec.Endpoints[0].Port != service.Spec.Ports[0].Name {
					miss("the ServiceMonitor %s watches something else", monitor.Name)
				}
			}
		}
		for _, budget := range all[policyv1.PodDisruptionBudget](objects) {
			if !chooses(budget.Spec.Selector, pods) {
				miss("the PodDisruptionBudget %s is of other pods", budget.Name)
			}
		}
		for _, policy := range all[networkingv1.NetworkPolicy](objects) {
			if !chooses(&policy.Spec.PodSelector, pods) {
				miss("the NetworkPolicy %s is of other pods", policy.Name)
			}
		}
		for _, scaled := range all[ScaledObject](objects) {
			if scaled.Spec.ScaleTargetRef.Name != deployment.Name {
				miss("the ScaledObject %s scales %s", scaled.Name, scaled.Spec.ScaleTargetRef.Name)
			}
		}
	}
	for _, binding := range all[rbacv1.RoleBinding](objects) {
		if !slices.ContainsFunc(all[rbacv1.Role](objects), func(r *rbacv1.Role) bool { return r.Name == binding.RoleRef.Name }) {
			miss("there is no role %s", binding.RoleRef.Name)
		}
		if !slices.ContainsFunc(all[corev1.ServiceAccount](objects), func(a *corev1.ServiceAccount) bool { return a.Name == binding.Subjects[0].Name }) {
			miss("the role %s is of an account that is not there", binding.RoleRef.Name)
		}
	}
	for _, application := range all[SparkApplication](objects) {
		for name, value := range application.Spec.SparkConf {
			if secret, key, _ := strings.Cut(value, ":"); contains(name, secretOfSpark) && !made(secret, key) {
				miss("%s is of a secret that docs/deploy.md does not make", name)
			}
		}
	}
	for _, scaled := range all[ScaledObject](objects) {
		for _, trigger := range scaled.Spec.Triggers {
			if ref := trigger.AuthenticationRef; ref != nil && !slices.ContainsFunc(all[TriggerAuthentication](objects), func(a *TriggerAuthentication) bool { return a.Name == ref.Name }) {
				miss("there is no TriggerAuthentication %s", ref.Name)
			}
		}
	}
	for _, trigger := range all[Trigger](objects) {
		ref := trigger.Spec.Subscriber.Ref
		if !slices.ContainsFunc(all[servingv1.Service](objects), func(s *servingv1.Service) bool {
			return s.Name == ref.Name && s.Kind == ref.Kind && s.APIVersion == ref.APIVersion
		}) {
			miss("the Trigger %s calls %s, which is not there", trigger.Name, ref.Name)
		}
	}
	for _, service := range all[InferenceService](objects) {
		model := service.Spec.Predictor.Model
		if !slices.ContainsFunc(all[ServingRuntime](objects), func(r *ServingRuntime) bool {
			return r.Name == model.Runtime && r.Spec.SupportedModelFormats[0].Name == model.ModelFormat.Name && r.Spec.Containers[0].Name == "kserve-container"
		}) || is(service.Spec.Predictor.AutomountServiceAccountToken) {
			miss("the InferenceService %s has no runtime here, or the account's token", service.Name)
		}
	}
	return found
}

// A policy that allows everything would pass all overlays.
func TestEachRuleFindsItsBreach(t *testing.T) {
	no, yes := false, true
	for breach, spoil := range map[string]func(pod *corev1.PodSpec){
		"root":                func(pod *corev1.PodSpec) { pod.Containers[0].SecurityContext.RunAsNonRoot = &no },
		"nobody said":         func(pod *corev1.PodSpec) { pod.SecurityContext.RunAsNonRoot = nil },
		"no security context": func(pod *corev1.PodSpec) { pod.Containers[0].SecurityContext = nil },
		"a writable root":     func(pod *corev1.PodSpec) { pod.Containers[0].SecurityContext.ReadOnlyRootFilesystem = nil },
		"more rights":         func(pod *corev1.PodSpec) { pod.Containers[0].SecurityContext.AllowPrivilegeEscalation = nil },
		"privileged":          func(pod *corev1.PodSpec) { pod.Containers[0].SecurityContext.Privileged = &yes },
		"a capability": func(pod *corev1.PodSpec) {
			pod.Containers[0].SecurityContext.Capabilities.Add = []corev1.Capability{"NET_RAW"}
		},
		"capabilities":       func(pod *corev1.PodSpec) { pod.Containers[0].SecurityContext.Capabilities.Drop = nil },
		"all system calls":   func(pod *corev1.PodSpec) { pod.SecurityContext.SeccompProfile = nil },
		"no limit of memory": func(pod *corev1.PodSpec) { delete(pod.Containers[0].Resources.Limits, corev1.ResourceMemory) },
		"no request":         func(pod *corev1.PodSpec) { pod.Containers[0].Resources.Requests = nil },
		"latest":             func(pod *corev1.PodSpec) { pod.Containers[0].Image = "registry.example/icm-lora/function:latest" },
		"no tag":             func(pod *corev1.PodSpec) { pod.Containers[0].Image = "registry.example:5000/icm-lora/function" },
		"a key in the manifest": func(pod *corev1.PodSpec) {
			pod.Containers[0].Env = []corev1.EnvVar{{Name: "ICM_LORA_API_KEY", Value: "open"}}
		},
		"a token":            func(pod *corev1.PodSpec) { pod.AutomountServiceAccountToken = nil },
		"the host's network": func(pod *corev1.PodSpec) { pod.HostNetwork = true },
		"the host's files": func(pod *corev1.PodSpec) {
			pod.Volumes[0] = corev1.Volume{VolumeSource: corev1.VolumeSource{HostPath: &corev1.HostPathVolumeSource{Path: "/"}}}
		},
		"an init container": func(pod *corev1.PodSpec) { pod.InitContainers = []corev1.Container{{Image: "registry.example/a:1"}} },
	} {
		pod := one[appsv1.Deployment](t, build(t, overlays+"/cpu")).Spec.Template.Spec
		spoil(&pod)
		if len(complaints(pod)) == 0 {
			t.Errorf("%s was not found", breach)
		}
	}
}

func TestWhatIsNotThereIsFound(t *testing.T) {
	for missing, spoil := range map[string]func(objects Objects){
		"a claim": func(objects Objects) { all[corev1.PersistentVolumeClaim](objects)[0].Name = "other" },
		"settings": func(objects Objects) {
			for _, settings := range all[corev1.ConfigMap](objects) {
				settings.Name = "other"
			}
		},
		"an account": func(objects Objects) { all[corev1.ServiceAccount](objects)[0].Name = "other" },
		"pods": func(objects Objects) {
			all[corev1.Service](objects)[0].Spec.Selector["app.kubernetes.io/name"] = "other"
		},
		"a port": func(objects Objects) { all[monitoringv1.ServiceMonitor](objects)[0].Spec.Endpoints[0].Port = "other" },
		"a secret": func(objects Objects) {
			all[monitoringv1.ServiceMonitor](objects)[0].Spec.Endpoints[0].Authorization.Credentials.Key = "other"
		},
		"a budget":     func(objects Objects) { all[policyv1.PodDisruptionBudget](objects)[0].Spec.Selector = nil },
		"a policy":     func(objects Objects) { all[networkingv1.NetworkPolicy](objects)[0].Spec.PodSelector.MatchLabels = nil },
		"a right":      func(objects Objects) { all[TriggerAuthentication](objects)[0].Name = "other" },
		"a Deployment": func(objects Objects) { all[ScaledObject](objects)[0].Spec.ScaleTargetRef.Name = "other" },
	} {
		objects := build(t, overlays+"/keda")
		spoil(objects)
		if len(dangling(objects)) == 0 {
			t.Errorf("%s that is not there was not found", missing)
		}
	}
	settings := &corev1.ConfigMap{Data: map[string]string{"ICM_LORA_API_KEY": "open"}}
	if len(secretValues(Objects{settings})) == 0 {
		t.Error("a key among the settings was not found")
	}
}
