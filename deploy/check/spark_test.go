package check

import (
	"fmt"
	"maps"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/api/resource"
)

// Within the name of a setting of Spark that takes a value from a secret.
const secretOfSpark = ".secretKeyRef."

// The pod as Spark makes it: the template, and what other fields say of image, resources and account.
func (p SparkPod) pod(image string) corev1.PodSpec {
	pod := *p.Template.Spec.DeepCopy()
	pod.ServiceAccountName = p.ServiceAccount
	if len(pod.Containers) == 0 {
		pod.Containers = []corev1.Container{{}}
	}
	container := &pod.Containers[0]
	container.Image = image
	requests, limits := corev1.ResourceList{corev1.ResourceCPU: resource.MustParse("1")}, corev1.ResourceList{}
	if p.CoreRequest != "" {
		requests[corev1.ResourceCPU] = resource.MustParse(p.CoreRequest)
	}
	if p.CoreLimit != "" {
		limits[corev1.ResourceCPU] = resource.MustParse(p.CoreLimit)
	}
	if p.Memory != "" { // 1g is 1Gi of Kubernetes
		memory := resource.MustParse(strings.ToUpper(p.Memory) + "i")
		requests[corev1.ResourceMemory], limits[corev1.ResourceMemory] = memory, memory
	}
	container.Resources = corev1.ResourceRequirements{Requests: requests, Limits: limits}
	return pod
}

func sparkApplication(t *testing.T) *SparkApplication {
	return one[SparkApplication](t, build(t, overlays+"/spark"))
}

func TestSparkRunsAsManyTasksAsAQuerySendsRequests(t *testing.T) {
	executor := sparkApplication(t).Spec.Executor
	options := textOf(t, "addons/client-spark/src/main/java/dev/icmlora/spark/Options.java")
	concurrency := regexp.MustCompile(`int CONCURRENCY = (\d+);`).FindStringSubmatch(options)
	if concurrency == nil || fmt.Sprint(executor.Instances*executor.Cores) != concurrency[1] {
		t.Errorf("%d executors run %d tasks each, for %v requests at a time", executor.Instances, executor.Cores, concurrency)
	}
}

func TestSparkAnswersWithItsOwnProgramAndVersion(t *testing.T) {
	spec, dockerfile := sparkApplication(t).Spec, textOf(t, "deploy/spark/Dockerfile")
	if spec.MainApplicationFile != "local:///opt/icm-lora/answer_table.py" || !contains(dockerfile, "COPY deploy/spark/answer_table.py /opt/icm-lora/\n") {
		t.Errorf("the image has no %s", spec.MainApplicationFile)
	}
	if !contains(textOf(t, "addons/client-spark/pom.xml"), "<spark.version>"+spec.SparkVersion+"<") || !contains(dockerfile, "\nFROM apache/spark:"+spec.SparkVersion+"-") {
		t.Errorf("Spark %s is not that of the image, or of the addon", spec.SparkVersion)
	}
}

func TestSparkSubmitAsksForWhatTheOperatorAsksFor(t *testing.T) {
	spec := sparkApplication(t).Spec
	wanted := maps.Clone(spec.SparkConf)
	maps.Copy(wanted, map[string]string{
		"spark.kubernetes.namespace":                              "icm-lora", // that of docs/deploy.md
		"spark.kubernetes.container.image":                        spec.Image,
		"spark.kubernetes.authenticate.driver.serviceAccountName": spec.Driver.ServiceAccount,
		"spark.kubernetes.driver.podTemplateFile":                 "deploy/kubernetes/overlays/spark/driver.yaml",
		"spark.kubernetes.executor.podTemplateFile":               "deploy/kubernetes/overlays/spark/executor.yaml",
		"spark.driver.memory":                                     spec.Driver.Memory,
		"spark.kubernetes.driver.limit.cores":                     spec.Driver.CoreLimit,
		"spark.executor.instances":                                fmt.Sprint(spec.Executor.Instances),
		"spark.executor.cores":                                    fmt.Sprint(spec.Executor.Cores),
		"spark.executor.memory":                                   spec.Executor.Memory,
		"spark.kubernetes.executor.request.cores":                 spec.Executor.CoreRequest,
		"spark.kubernetes.executor.limit.cores":                   spec.Executor.CoreLimit,
	})
	asked := map[string]string{}
	for _, line := range strings.Split(textOf(t, "deploy/spark/kubernetes.conf"), "\n") {
		if words := strings.Fields(line); len(words) == 2 {
			asked[words[0]] = words[1]
		} else if len(words) > 0 && words[0] != "#" {
			t.Errorf("%q is no setting", line)
		}
	}
	if !maps.Equal(wanted, asked) {
		t.Errorf("spark-submit asks for\n%v\nand the operator for\n%v", asked, wanted)
	}
}

func TestEachBreachOfASparkApplicationIsFound(t *testing.T) {
	for breach, spoil := range map[string]func(objects Objects, application *SparkApplication){
		"a driver that may be root": func(_ Objects, application *SparkApplication) {
			application.Spec.Driver.Template.Spec.SecurityContext.RunAsNonRoot = nil
		},
		"an executor with the token": func(_ Objects, application *SparkApplication) {
			application.Spec.Executor.Template.Spec.AutomountServiceAccountToken = nil
		},
		"an executor without a template": func(_ Objects, application *SparkApplication) {
			application.Spec.Executor.Template = corev1.PodTemplateSpec{}
		},
		"no limit of memory":     func(_ Objects, application *SparkApplication) { application.Spec.Driver.Memory = "" },
		"no limit of processors": func(_ Objects, application *SparkApplication) { application.Spec.Executor.CoreLimit = "" },
		"a key in the manifest": func(_ Objects, application *SparkApplication) {
			application.Spec.SparkConf["spark.kubernetes.driverEnv.ICM_LORA_API_KEY"] = "open"
		},
		"another secret": func(_ Objects, application *SparkApplication) {
			application.Spec.SparkConf["spark.kubernetes.driver.secretKeyRef.ICM_LORA_API_KEY"] = "icm-lora:key"
		},
		"a claim": func(objects Objects, _ *SparkApplication) {
			all[corev1.PersistentVolumeClaim](objects)[0].Name = "other"
		},
		"an account": func(objects Objects, _ *SparkApplication) { all[corev1.ServiceAccount](objects)[0].Name = "other" },
		"a role":     func(objects Objects, _ *SparkApplication) { all[rbacv1.Role](objects)[0].Name = "other" },
	} {
		objects := build(t, overlays+"/spark")
		application := one[SparkApplication](t, objects)
		spoil(objects, application)
		found := append(dangling(objects), secretValues(objects)...)
		for _, pod := range podsOf(application) {
			found = append(found, complaints(pod)...)
		}
		if len(found) == 0 {
			t.Errorf("%s was not found", breach)
		}
	}
}
